using System.Text.Json;

namespace Cjp2p.Host.Http;

/// <summary>
/// The file in a node's data folder that says where its API is and what its token is, so that the other commands find it.
/// Readable by the user of the node alone; there as long as the node runs.
/// </summary>
internal static class NodeFile
{
    /// <summary>Its name.</summary>
    public const string Name = "node.json";

    private const int BytesMax = 4096;

    /// <summary>Writes it; does nothing when there is no folder.</summary>
    public static void Write(string folder, NodeFileDocument document)
    {
        if (folder.Length == 0)
            return;
        var path = Path.Combine(folder, Name);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        // One that is left over may be readable by others.
        File.Delete(path);
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(JsonSerializer.SerializeToUtf8Bytes(document, HttpJson.Default.NodeFileDocument));
    }

    /// <summary>Takes it away.</summary>
    public static void Delete(string folder)
    {
        try
        {
            if (folder.Length > 0)
                File.Delete(Path.Combine(folder, Name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process is ending; a file that is left over is found to be so by whoever reads it.
        }
    }

    /// <summary>Reads one; null: there is none that can be read.</summary>
    public static NodeFileDocument? Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists && file.Length <= BytesMax
                ? JsonSerializer.Deserialize(File.ReadAllBytes(path), HttpJson.Default.NodeFileDocument)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
