using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Cjp2p.Host.Tests.TestPeers;

/// <summary>Recordings of the existing nodes (tests/Cjp2p.Actors.Tests/Vectors).</summary>
public static class Recording
{
    /// <summary>The content that all recordings are about: 65,537 bytes.</summary>
    public const string ContentId = "8b292958e838347a14951addc13396edef7c5833e73d41c4160b3132d069771f";

    private static readonly Lazy<byte[]> LazyWhole = new(Rebuild);

    public static byte[] Whole => LazyWhole.Value;

    public static IReadOnlyList<RecordedDatagram> Load(string name)
    {
        var lines = new List<RecordedDatagram>();
        foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Vectors", name + ".jsonl")))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            string payload = root.GetProperty("payload").GetString()!;
            byte[] bytes = root.TryGetProperty("encoding", out JsonElement encoding) && encoding.GetString() == "base64"
                ? Convert.FromBase64String(payload) : Encoding.UTF8.GetBytes(payload);
            lines.Add(new RecordedDatagram(
                root.GetProperty("from").GetString()!,
                root.GetProperty("to").GetString()!,
                IPEndPoint.Parse(root.GetProperty("from_addr").GetString()!),
                IPEndPoint.Parse(root.GetProperty("to_addr").GetString()!),
                TimeSpan.FromSeconds(root.GetProperty("t").GetDouble()),
                bytes,
                root.TryGetProperty("truncated", out JsonElement cut) && cut.GetBoolean(),
                root.TryGetProperty("full_length", out JsonElement full) ? full.GetInt32() : bytes.Length));
        }

        return lines;
    }

    /// <summary>Puts the content together again from a recorded transfer that holds every datagram.</summary>
    private static byte[] Rebuild()
    {
        byte[] content = new byte[65537];
        foreach (RecordedDatagram line in Load("transfer-rust-2026-07-to-rust-2026-07"))
        {
            using JsonDocument document = JsonDocument.Parse(line.Bytes);
            foreach (JsonElement element in document.RootElement.EnumerateArray())
            {
                if (!element.TryGetProperty("Content", out JsonElement block)) continue;
                block.GetProperty("base64").GetBytesFromBase64().CopyTo(content, block.GetProperty("offset").GetInt32());
            }
        }

        Assert.Equal(ContentId, Convert.ToHexStringLower(SHA256.HashData(content)));
        return content;
    }
}
