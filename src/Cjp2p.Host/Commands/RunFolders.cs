using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Host.Configuration;

namespace Cjp2p.Host.Commands;

/// <summary>The folders of <c>run</c>.</summary>
internal static class RunFolders
{
    private const string Shared = "shared";
    private const string Data = "data";

    /// <summary>What is shared, and where the node's own files are, when nobody says anything else.</summary>
    public static IReadOnlyList<Setting> Defaults { get; } =
    [
        new("cjp2p.content.shared", Setting.QuoteAll([Shared]), "run"),
        new("cjp2p.content.data", Setting.Quote(Data), "run"),
    ];

    /// <summary>Makes the default folder and the one for data; refuses what cannot be read or written.</summary>
    /// <exception cref="UserException">One line about the folder.</exception>
    public static void Prepare(ContentSettings content)
    {
        foreach (var folder in content.Shared)
            PrepareShared(folder);
        if (content.Data.Length > 0)
            PrepareData(content.Data);
    }

    /// <summary>Throws as .NET does when a file, or what a folder holds, cannot be read.</summary>
    public static void CheckReadable(string path)
    {
        if (File.Exists(path))
            new RealDisk().OpenRead(path).Dispose();
        else
            _ = Directory.EnumerateFileSystemEntries(path).Any();
    }

    /// <summary>Throws as .NET does when no file can be made in a folder.</summary>
    public static void CheckWritable(string folder)
    {
        using var probe = new FileStream(
            Path.Combine(folder, $".cjp2p-probe-{Environment.ProcessId}"),
            FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    /// <summary>Why no file can be made in a folder that is there.</summary>
    public static string WhyNot(Exception e) =>
        e is FileNotFoundException or DirectoryNotFoundException ? "its folder takes no files" : FileProblems.Describe(e);

    private static void PrepareShared(string folder)
    {
        try
        {
            if (folder == Path.GetFullPath(Shared))
                Directory.CreateDirectory(folder);
            CheckReadable(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserException.Failed($"the folder {folder} cannot be shared: {FileProblems.Describe(e)}", e);
        }
    }

    private static void PrepareData(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            CheckWritable(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserException.Failed($"the folder {folder} for the node's own files cannot be written: {WhyNot(e)}", e);
        }
    }
}
