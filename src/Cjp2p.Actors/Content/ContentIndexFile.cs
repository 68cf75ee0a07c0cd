using System.Text;
using System.Text.Json;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>
/// The index of shared files as text, one JSON object a line, so that a restart does not hash again what did not change.
/// A line that cannot be read is left out: its file is hashed again. Pure.
/// </summary>
internal static class ContentIndexFile
{
    /// <summary>Name of the file in the data folder.</summary>
    public const string Name = "content-index.jsonl";

    /// <summary>Longest index that is read.</summary>
    public const int BytesMax = 1 << 30;

    public static byte[] Write(IEnumerable<SharedFile> files)
    {
        using var text = new MemoryStream();
        using var writer = new Utf8JsonWriter(text);
        foreach (var file in files)
        {
            writer.WriteStartObject();
            writer.WriteString("sha256", file.Id.ToString());
            writer.WriteNumber("length", file.File.LengthBytes);
            writer.WriteNumber("changed", file.File.ChangedTicks);
            writer.WriteString("path", file.File.Path);
            writer.WriteEndObject();
            writer.Flush();
            writer.Reset();
            text.WriteByte((byte)'\n');
        }

        return text.ToArray();
    }

    public static IEnumerable<SharedFile> Read(byte[] index)
    {
        foreach (var line in Encoding.UTF8.GetString(index).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (ReadLine(line) is { } file)
                yield return file;
        }
    }

    private static SharedFile? ReadLine(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var fields = json.RootElement;
            return ContentId.TryParse(fields.GetProperty("sha256").GetString(), out var id) && id.IsSha256
                && fields.GetProperty("path").GetString() is { } path
                ? new SharedFile(id, new FileStat(
                    path,
                    fields.GetProperty("length").GetInt64(),
                    fields.GetProperty("changed").GetInt64()))
                : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
