using System.Text;
using System.Text.Json;

namespace Cjp2p.Actors.Tests.Protocol;

/// <summary>Recorded datagrams of the existing nodes; Vectors/README.md says which is which.</summary>
internal static class Captures
{
    private static readonly Lazy<IReadOnlyDictionary<string, IReadOnlyList<Capture>>> Files = new(() =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Vectors"), "*.jsonl")
            .Order(StringComparer.Ordinal)
            .ToDictionary(
                file => Path.GetFileNameWithoutExtension(file),
                file => (IReadOnlyList<Capture>)[.. File.ReadLines(file).Select(Parse)]));

    public static IReadOnlyDictionary<string, IReadOnlyList<Capture>> ByFile => Files.Value;

    public static IEnumerable<Capture> All => Files.Value.Values.SelectMany(captures => captures);

    private static Capture Parse(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        string from = root.GetProperty("from").GetString()!;
        string to = root.GetProperty("to").GetString()!;

        // The file of encrypted messages has the datagram that was inside.
        if (root.TryGetProperty("plaintext", out JsonElement plaintext))
            return new Capture(from, to, Encoding.UTF8.GetBytes(plaintext.GetString()!), false, null, root.GetProperty("base64").GetString());

        string payload = root.GetProperty("payload").GetString()!;
        bool isBase64 = root.TryGetProperty("encoding", out JsonElement encoding);
        if (isBase64 && encoding.GetString() != "base64")
            throw new InvalidDataException($"unknown encoding {encoding}");
        return new Capture(
            from,
            to,
            isBase64 ? Convert.FromBase64String(payload) : Encoding.UTF8.GetBytes(payload),
            isBase64,
            root.TryGetProperty("truncated", out JsonElement truncated) && truncated.GetBoolean()
                ? root.GetProperty("full_length").GetInt32() : null,
            null);
    }
}

/// <summary>One recorded datagram.</summary>
/// <param name="From">The node that sent it.</param>
/// <param name="To">The node it went to.</param>
/// <param name="Datagram">Its bytes, as far as they were kept.</param>
/// <param name="IsNotUtf8">The recording says that it was not UTF-8.</param>
/// <param name="FullLengthBytes">Its length on the wire when only the beginning was kept, or null.</param>
/// <param name="Encrypted">The base64 that it was sent as, when it travelled inside an EncryptedMessages.</param>
internal sealed record Capture(
    string From, string To, byte[] Datagram, bool IsNotUtf8, int? FullLengthBytes, string? Encrypted);
