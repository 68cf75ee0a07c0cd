using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>
/// The same node as of March 2026: cookies are numbers, any cookie is given back word for word, strangers get one byte
/// and never more than two and a half times what they sent, everybody who sends anything is a peer.
/// </summary>
/// <remarks>Left out: registering its own interfaces as peers, LAN probes, the web page, the list on disk of 99 peers.</remarks>
internal sealed class RustMarchPeer : RustPeer
{
    private static readonly string[] Known =
    [
        "AlwaysReturned", "Content", "MaybeTheyHaveSome", "MyPublicKey", "Peers", "PleaseAlwaysReturnThisMessage",
        "PleaseReturnThisMessage", "PleaseSendContent", "PleaseSendPeers", "ReturnedMessage",
    ];

    private static readonly string[] Folders = ["", ".", "..", "incoming", "metadata"];

    private readonly MarchCookieShape _shape;
    private readonly string _publicKey;
    private readonly Dictionary<IPEndPoint, uint> _cookies = [];
    private readonly List<(ForeignDownload Download, TimeSpan At)> _later = [];

    public RustMarchPeer(ForeignModelOptions? options = null, MarchCookieShape shape = MarchCookieShape.Key)
        : base(options ?? new ForeignModelOptions())
    {
        _shape = shape;
        byte[] key = new byte[32];
        Random.NextBytes(key);
        _publicKey = Convert.ToBase64String(key);
    }

    private protected override string OwnCookie(IPEndPoint address)
    {
        uint number = CookieNumber(address);
        return _shape switch
        {
            MarchCookieShape.Key => $$"""{"key":{{number}}}""",
            MarchCookieShape.Token => $$"""{"token":{{number}}}""",
            _ => number.ToString(CultureInfo.InvariantCulture),
        };
    }

    private protected override string? CookieToReturn(IPEndPoint address) => Find(address)?.Cookie;

    private protected override void Started()
    {
        base.Started();
        Probe();
    }

    private protected override void Tick()
    {
        SortPeers();
        Probe();
        foreach ((ForeignDownload download, _) in _later.Where(l => l.At <= Now)) download.StartOver();
        _later.RemoveAll(l => l.At <= Now);
        if (FirstRunning() is not { } first) return;
        if (Now - first.LastActivity > TimeSpan.FromSeconds(1)) AskAgain(first, alsoBest: true);
        else AskGroup(first, Best(50));
    }

    private protected override void Handle(ReadOnlyMemory<byte> datagram, JsonDocument? document, IPEndPoint from)
    {
        if (document is null || document.RootElement.ValueKind != JsonValueKind.Array
            || !WireJson.IsStrict(datagram.Span, document.RootElement))
        {
            Complain("no JSON array: the whole datagram is dropped");
            return;
        }

        KnownPeer peer = Learn(from, 200);
        bool verified = IsVerified(document.RootElement, from);
        bool cookieAdded = verified;
        var replies = new Elements();
        foreach (JsonElement element in document.RootElement.EnumerateArray())
        {
            string? name = Name(element);
            if (name == "PleaseSendContent" && !verified && OneIn(31)) continue; // so that who can not do cookies does not spin
            if (name is null || !HandleElement(name, element.GetProperty(name), peer, verified, replies))
            {
                Complain($"element skipped: {name ?? "unknown"}");
            }
            else if (!cookieAdded && name is ("PleaseSendPeers" or "PleaseSendContent"))
            {
                replies.Add("PleaseAlwaysReturnThisMessage", OwnCookie(from));
                cookieAdded = true;
            }
        }

        if (replies.Count == 0) return;
        if (peer.Cookie is { } cookie) replies.Add("AlwaysReturned", cookie);
        if (!verified) while (replies.Count > 0 && (replies.Bytes + 28) * 2 > (datagram.Length + 28) * 5) replies.Pop();
        if (replies.Count > 0) Send(from, replies);
    }

    private protected override bool Accept(ForeignDownload download, long offset, byte[] bytes, long? eof)
    {
        if (eof is null) Complain("Content without eof");
        long length = eof ?? offset + bytes.Length + 1;
        if (download.Eof >= 0 && download.Eof != length) Complain("Content with another eof: believed");
        download.Eof = length;
        if (offset >= length) throw new PeerCrash("Content with an offset at or after its eof");
        if ((bytes.Length != BlockBytes && offset + bytes.Length != length) || offset + bytes.Length > int.MaxValue)
        {
            download.Refused++;
            return true;
        }

        long block = offset / BlockBytes;
        if (download.Has(block))
        {
            download.Duplicates++;
            return false; // the March node asks for nothing then
        }

        if (offset % BlockBytes != 0) Complain("Content at an offset that is no multiple of 4096");
        download.Write(block * BlockBytes, bytes);
        download.Count(block, bytes.Length);
        return true;
    }

    private protected override void OnWhole(ForeignDownload download)
    {
        if (download.Hash(download.Eof))
        {
            Publish(download);
            return;
        }

        // Fetched again after 99 seconds, for ever.
        download.HashFailures++;
        if (!_later.Exists(l => l.Download == download)) _later.Add((download, Now + TimeSpan.FromSeconds(99)));
    }

    private uint CookieNumber(IPEndPoint address)
    {
        if (_cookies.TryGetValue(address, out uint number)) return number;
        return _cookies[address] = (uint)Random.NextInt64(1L << 32);
    }

    private bool IsVerified(JsonElement datagram, IPEndPoint from)
    {
        bool verified = false;
        foreach (JsonElement element in datagram.EnumerateArray())
        {
            if (Name(element) != "AlwaysReturned") continue;
            JsonElement payload = element.GetProperty("AlwaysReturned");
            JsonElement? number = _shape switch
            {
                MarchCookieShape.Key => WireJson.Field(payload, "key"),
                MarchCookieShape.Token => WireJson.Field(payload, "token"),
                _ => payload,
            };

            // The last one counts.
            if (WireJson.AsUnsigned(number) is { } value and <= uint.MaxValue) verified = value == CookieNumber(from);
        }

        return verified;
    }

    /// <summary>Of an element with several keys it takes the first known one in alphabetical order.</summary>
    private static string? Name(JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? Array.Find(Known, name => element.TryGetProperty(name, out _)) : null;

    private bool HandleElement(string name, JsonElement payload, KnownPeer from, bool verified, Elements replies)
    {
        switch (name)
        {
            case "AlwaysReturned" or "MyPublicKey":
                return true;
            case "PleaseAlwaysReturnThisMessage":
                if (payload.ValueKind == JsonValueKind.Null) return false;
                string echo = WireJson.Compact(payload, sortKeys: true);
                from.Cookie = echo == "{}" ? null : echo;
                return true;
            case "PleaseReturnThisMessage":
                if (payload.ValueKind == JsonValueKind.Null) return false;
                replies.Add("ReturnedMessage", WireJson.Compact(payload, sortKeys: true));
                return true;
            case "ReturnedMessage":
                return OnReturned(payload, from);
            case "PleaseSendPeers":
                if (WireJson.StructFields(payload) is null) return false;
                IEnumerable<string> picked = Pick(verified ? 47 : 2, power: 3).Select(p => WireAddress.Text(p.Address));
                replies.Add("Peers", $$"""{"peers":{{WireJson.QuoteAll(picked)}}}""");
                return true;
            case "Peers":
                if (WireJson.AsStrings(WireJson.Field(payload, "peers")) is not { } texts) return false;
                List<IPEndPoint?> addresses = [.. texts.Select(WireAddress.ParseRust)];
                if (addresses.Contains(null)) return false;
                foreach (IPEndPoint? address in addresses) Learn(address!, 200);
                return true;
            case "PleaseSendContent":
                return OnContentRequest(payload, from.Address, verified, replies);
            case "Content":
                return TryContent(payload, from.Address, replies);
            case "MaybeTheyHaveSome":
                if (WireJson.AsString(WireJson.Field(payload, "id")) is not { } id) return false;
                if (WireJson.AsStrings(WireJson.Field(payload, "peers")) is not { } sources) return false;
                List<IPEndPoint?> parsed = [.. sources.Select(WireAddress.ParseRust)];
                if (parsed.Contains(null)) return false;
                OnSources(id, parsed!);
                return true;
            default:
                return false;
        }
    }

    private bool OnReturned(JsonElement payload, KnownPeer from)
    {
        if (WireJson.Field(payload, "sent_at") is not { ValueKind: JsonValueKind.Number } number) return false;
        double seconds = number.GetDouble();
        if (seconds < 0 || seconds > 1e19) throw new PeerCrash("ReturnedMessage with a negative or huge sent_at");
        from.DelayMs = Math.Max(0, Now.TotalMilliseconds - 1000 * seconds);
        return true;
    }

    private bool OnContentRequest(JsonElement payload, IPEndPoint from, bool verified, Elements replies)
    {
        if (!TryContentRequest(payload, out string id, out ulong length, out ulong offset)) return false;
        if (id.Contains('/') || id.Contains('\\')) return true;
        if (Folders.Contains(id)) throw new PeerCrash($"PleaseSendContent for a folder: {id}");
        if (Running(id) is { } download)
        {
            if (!download.Sources.Contains(from)) download.Sources.Add(from);
            AddSources(id, download.Sources, verified, replies);
            return true;
        }

        if (!Files.TryGetValue(id, out byte[]? file)) return true;
        ulong most = verified ? Math.Min(length, ServeBytesMax) : Math.Min(length, 1);
        int count = offset >= (ulong)file.Length ? 0 : (int)Math.Min(most, (ulong)file.Length - offset);
        string base64 = count == 0 ? "" : Convert.ToBase64String(file, (int)offset, count);
        replies.Add("Content",
            $$"""{"base64":"{{base64}}","eof":{{file.Length}},"id":{{WireJson.Quote(id)}},"offset":{{offset}}}""");
        List<IPEndPoint> sources = SourcesOf(id);
        if (!sources.Contains(from)) sources.Add(from);
        if (verified) AddSources(id, sources, verified, replies);
        return true;
    }

    private static void AddSources(string id, IEnumerable<IPEndPoint> sources, bool verified, Elements replies)
    {
        string list = WireJson.QuoteAll(sources.Take(verified ? 48 : 3).Select(WireAddress.Text));
        if (list != "[]") replies.Add("MaybeTheyHaveSome", $$"""{"id":{{WireJson.Quote(id)}},"peers":{{list}}}""");
    }

    private void Probe()
    {
        if (!Options.Probes) return;
        foreach (KnownPeer peer in Pick(10, power: 3))
        {
            var probe = new Elements();
            probe.Add("PleaseSendPeers", "{}");
            probe.Add("PleaseAlwaysReturnThisMessage", OwnCookie(peer.Address));
            probe.Add("MyPublicKey", $$"""{"ed25519":"{{_publicKey}}"}""");
            if (peer.Cookie is { } cookie) probe.Add("AlwaysReturned", cookie);
            string seconds = Now.TotalSeconds.ToString("0.0########", CultureInfo.InvariantCulture);
            probe.Add("PleaseReturnThisMessage", $$"""{"sent_at":{{seconds}}}""");
            peer.DelayMs *= 1.05;
            Send(peer.Address, probe);
        }
    }
}
