using Cjp2p.Actors.Content;

namespace Cjp2p.Host.Simulation;

/// <summary>Files that a user asked for.</summary>
internal static class Files
{
    /// <summary>Opens a file for writing, what was in it before is gone.</summary>
    /// <exception cref="UserException">It cannot be written; one line says why.</exception>
    public static Stream Create(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Cannot(path, e);
        }
    }

    /// <summary>Writes a file.</summary>
    /// <exception cref="UserException">It cannot be written; one line says why.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        using var stream = Create(path);
        try
        {
            write(stream);
            stream.Flush();
        }
        catch (IOException e)
        {
            throw Cannot(path, e);
        }
    }

    private static UserException Cannot(string path, Exception e) =>
        UserException.Failed($"{path} cannot be written: {FileProblems.Describe(e, Directory.Exists(path))}", e);
}
