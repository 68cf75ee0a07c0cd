using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>
/// The reference node as of July 2026: cookies <c>{"cookie":"8 hex digits"}</c> made from the address without its port,
/// strangers are cut short by chance, every datagram of a stranger is answered with the cookie.
/// </summary>
/// <remarks>
/// Left out: real signatures (every SignedMessage holds the same signed empty array), encryption, chat, streams, Latest,
/// BLAKE3 contents and trees, the web server, LAN probes, IPv6.
/// </remarks>
internal sealed class RustJulyPeer : RustPeer
{
    private const int SuggestionsMax = 500;

    // A signature that a real node made of an empty array, so that who checks signatures finds nothing wrong.
    private const string PublicKey = "59618a33e920be887bfaeabd702f9fa9b615ac157b2f349536d6a231482bf40e";
    private const string Signature =
        "dLXiAimWGKOOy4/bsaHDTN40Widz9xb8u3QlVGnoq0Fg0eLpkLYXWtR+lI5Fl1MykN/RJyyyofsLszrkzyoSBQ==";
    private const string Signed = $$"""{"ed25519":"{{PublicKey}}","signature":"{{Signature}}","payload_json":"[]"}""";

    private readonly byte[] _seed = new byte[32];
    private readonly Dictionary<string, IPEndPoint> _keys = [];
    private readonly List<IPEndPoint> _suggestions = [];
    private readonly HashSet<string> _sourceFiles = [];
    private readonly HashSet<string> _sourceFolders = [];

    // The one slot for a cookie that a stranger sent; not cleared before the next datagram, so that it leaks to others.
    private string? _freshCookie;

    public RustJulyPeer(ForeignModelOptions? options = null)
        : base(options ?? new ForeignModelOptions()) => Random.NextBytes(_seed);

    private protected override string OwnCookie(IPEndPoint address) => $$"""{"cookie":"{{CookieText(address)}}"}""";

    private protected override string? CookieToReturn(IPEndPoint address) => _freshCookie ?? Find(address)?.Cookie;

    private protected override TimeSpan TickPeriod() => TimeSpan.FromMilliseconds(888 + 110 * Random.NextDouble());

    private protected override void Started()
    {
        base.Started();
        Probe();
    }

    private protected override void Forget()
    {
        base.Forget();
        ForgetPeers(); // saved every five minutes only
        _keys.Clear();
        _suggestions.Clear();
        _freshCookie = null;
    }

    private protected override void Tick()
    {
        SortPeers();
        Probe();
        foreach (ForeignDownload download in AllRunning().ToArray())
        {
            if (Now - download.LastActivity <= TimeSpan.FromSeconds(1)) continue;
            AskAgain(download, alsoBest: true);
            if (Random.Next(2) == 0) break;
        }
    }

    private protected override void Handle(ReadOnlyMemory<byte> datagram, JsonDocument? document, IPEndPoint from)
    {
        _freshCookie = null;
        if (document is null || document.RootElement.ValueKind != JsonValueKind.Array
            || !WireJson.IsStrict(datagram.Span, document.RootElement))
        {
            Complain("no JSON array: the whole datagram is dropped");
            return;
        }

        bool known = Find(from) is not null;
        bool verified = IsVerified(document.RootElement, from);
        if (verified && !known) Learn(from, 120);
        var replies = new Elements();
        foreach (JsonElement element in document.RootElement.EnumerateArray())
        {
            if (!WireJson.TrySingle(element, out string name, out JsonElement payload)) Complain("element skipped: not one key");
            else if (!HandleElement(name, payload, from, verified, replies)) Complain($"element skipped: {name}");
        }

        if (verified && !known)
        {
            replies.Add("SignedMessage", Signed);
            replies.Add("MyPublicKey", $$"""{"ed25519h":"{{PublicKey}}"}""");
            replies.Add("PleaseSendPeers", "{}");
            replies.Add("PleaseReturnThisMessage", Ping());
        }

        if (!verified)
        {
            Trim(datagram.Length, replies);
            replies.Add("PleaseAlwaysReturnThisMessage", OwnCookie(from));
        }

        if (replies.Count == 0) return;
        if (CookieToReturn(from) is { } cookie) replies.Add("AlwaysReturned", cookie);
        Send(from, replies);
    }

    private protected override bool Accept(ForeignDownload download, long offset, byte[] bytes, long? eof)
    {
        if (eof is null) Complain("Content without eof");
        long length = eof ?? offset + bytes.Length + 1;
        if (length == 0)
        {
            Complain("Content with eof 0: ignored, and asked for again at once");
        }
        else if (download.Eof >= 0 && download.Eof != length)
        {
            Complain("Content with another eof: ignored");
            download.Refused++;
        }
        else
        {
            if (length > 1L << 44) throw new PeerCrash("first Content with an absurd eof");
            download.Eof = length;
            Store(download, offset, bytes);
        }

        return true;
    }

    private protected override void OnWhole(ForeignDownload download)
    {
        if (download.Hash(download.Eof))
        {
            Publish(download);
            return;
        }

        download.HashFailures++;
        if (download.HashFailures == 3) download.GiveUp("the hash was wrong three times");
        else download.StartOver();
    }

    private void Store(ForeignDownload download, long offset, byte[] bytes)
    {
        long eof = download.Eof;
        if (offset >= eof || (bytes.Length != BlockBytes && offset + bytes.Length != eof) || offset + bytes.Length > int.MaxValue)
        {
            download.Refused++;
            if (offset < eof && offset + bytes.Length > eof) Complain("Content beyond its eof");
            return;
        }

        long block = offset / BlockBytes;
        if (bytes.Length == BlockBytes && block * BlockBytes + BlockBytes > eof)
            throw new PeerCrash("Content of 4096 bytes where fewer remain before eof");
        if (offset % BlockBytes != 0) Complain("Content at an offset that is no multiple of 4096");
        if (bytes.Length > BlockBytes)
        {
            Complain("Content longer than the 4096 bytes asked for");
            download.Refused++;
            return;
        }

        if (download.Has(block))
        {
            download.Duplicates++;
            return;
        }

        download.Write(block * BlockBytes, bytes);
        download.Count(block, bytes.Length);
    }

    private string CookieText(IPEndPoint address)
    {
        byte[] input = [.. _seed, .. Encoding.UTF8.GetBytes(address.Address.ToString())];
        return Convert.ToHexStringLower(SHA256.HashData(input))[..8];
    }

    private bool IsVerified(JsonElement datagram, IPEndPoint from)
    {
        foreach (JsonElement element in datagram.EnumerateArray())
        {
            if (!WireJson.TrySingle(element, out string name, out JsonElement payload) || name != "AlwaysReturned") continue;
            if (CookieIn(payload) is not { } cookie) continue;
            if (cookie == CookieText(from)) return true;
            Complain("AlwaysReturned with a wrong cookie first");
            return false; // only the first one counts
        }

        return false;
    }

    private static string? CookieIn(JsonElement payload) =>
        WireJson.StructFields(payload, "cookie") is [{ } cookie] ? WireJson.AsString(cookie) : null;

    /// <summary>False if the node would skip this element.</summary>
    private bool HandleElement(string name, JsonElement payload, IPEndPoint from, bool verified, Elements replies)
    {
        switch (name)
        {
            case "AlwaysReturned":
                return CookieIn(payload) is not null;
            case "PleaseAlwaysReturnThisMessage":
                return OnCookieRequest(payload, from, verified);
            case "PleaseReturnThisMessage":
                if (CookieIn(payload) is not { } ping) return false;
                replies.Add("ReturnedMessage", $$"""{"cookie":{{WireJson.Quote(ping)}}}""");
                return true;
            case "ReturnedMessage":
                return OnReturned(payload, from, verified);
            case "PleaseSendPeers":
                if (WireJson.StructFields(payload) is null) return false;
                SendPeers(verified, replies);
                return true;
            case "Peers":
                return WireJson.StructFields(payload, "peers") is [var peers] && OnPeers(peers);
            case "PleaseSendContent":
                return OnContentRequest(payload, from, verified, replies);
            case "Content":
                return TryContent(payload, from, replies);
            case "MaybeTheyHaveSome":
                return OnMaybeTheyHaveSome(payload);
            case "MyPublicKey":
                return OnPublicKey(payload, from);
            case "WhereAreThey":
                return OnWhereAreThey(payload, replies);
            case "PleaseListContent":
                if (WireJson.StructFields(payload) is null) return false;
                IEnumerable<string> entries = Files.Take(verified ? 72 : 2).Select(f => $"[{WireJson.Quote(f.Key)},{f.Value.Length}]");
                replies.Add("ContentList", $$"""{"results":[{{string.Join(',', entries)}}]}""");
                return true;
            case "PleaseListSupportedMessages":
                if (WireJson.StructFields(payload) is null) return false;
                replies.Add("SupportedMessages", """{"schema":{"$schema":"http://json-schema.org/draft-07/schema#"}}""");
                return true;
            case "ContentList" or "IJustSawThis" or "YouShouldSeeThis":
                return OnMentionedIds(payload);
            case "SignedMessage" or "EncryptedMessages" or "FastEncryptedMessages" or "Forwarded" or "Forward"
                or "ChatMessage" or "GroupChatMessage" or "GetLatest" or "Latest" or "GetPubByEth" or "SupportedMessages":
                return true; // known to it, but not to this model
            default:
                return false;
        }
    }

    private bool OnCookieRequest(JsonElement payload, IPEndPoint from, bool verified)
    {
        if (CookieIn(payload) is not { } cookie) return false;
        string echo = $$"""{"cookie":{{WireJson.Quote(cookie)}}}""";
        if (verified) Learn(from, 100).Cookie = echo;
        else _freshCookie = echo;
        return true;
    }

    private bool OnReturned(JsonElement payload, IPEndPoint from, bool verified)
    {
        if (CookieIn(payload) is not { } text) return false;
        if (!verified || Find(from) is not { } peer) return true;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)
            || !double.IsFinite(seconds) || seconds < 0 || seconds > 1e19)
        {
            throw new PeerCrash($"ReturnedMessage with a cookie that is no time: {text}");
        }

        peer.DelayMs = Math.Max(0, Now.TotalMilliseconds - 1000 * seconds);
        return true;
    }

    private bool OnPeers(JsonElement? peers)
    {
        if (WireJson.AsStrings(peers) is not { } texts) return false;
        List<IPEndPoint?> addresses = [.. texts.Select(WireAddress.ParseRust)];
        if (addresses.Contains(null)) return false; // one bad address discards the whole list
        foreach (IPEndPoint? address in addresses)
        {
            if (_suggestions.Count == SuggestionsMax || Find(address!) is not null || _suggestions.Contains(address!)) continue;
            _suggestions.Add(address!);
        }

        return true;
    }

    private bool OnMaybeTheyHaveSome(JsonElement payload)
    {
        if (WireJson.StructFields(payload, "id", "peers") is not [var id, var peers]) return false;
        if (WireJson.AsString(id) is not { } text || WireJson.AsStrings(peers) is not { } texts) return false;
        List<IPEndPoint?> addresses = [.. texts.Select(WireAddress.ParseRust)];
        if (addresses.Contains(null)) return false;
        OnSources(text, addresses!);
        return true;
    }

    private bool OnContentRequest(JsonElement payload, IPEndPoint from, bool verified, Elements replies)
    {
        if (!TryContentRequest(payload, out string id, out ulong length, out ulong offset)) return false;
        if (!IsGoodId(id)) return true;
        int sourcesMax = verified ? 48 : 3;
        if (Running(id) is { } download)
        {
            IEnumerable<string> others = download.Sources.Where(s => !s.Equals(from)).Take(sourcesMax).Select(WireAddress.Text);
            AddSources(id, others, replies);
            if (!download.Sources.Contains(from)) download.Sources.Add(from);
            return true;
        }

        int before = replies.Count;
        bool ignored = !verified && OneIn(27);
        if (!ignored && Files.TryGetValue(id, out byte[]? file))
        {
            if (offset > long.MaxValue) throw new PeerCrash("PleaseSendContent with an offset of 2^63 or more");
            ulong most = verified ? Math.Min(length, ServeBytesMax) : 32;
            int count = offset >= (ulong)file.Length ? 0 : (int)Math.Min(most, (ulong)file.Length - offset);
            string base64 = count == 0 ? "" : Convert.ToBase64String(file, (int)offset, count);
            replies.Add("Content",
                $$"""{"id":{{WireJson.Quote(id)}},"offset":{{offset}},"base64":"{{base64}}","eof":{{file.Length}}}""");
        }

        if (replies.Count > before && !(verified && OneIn(43))) return true;
        OpenSourceFile(id);
        List<IPEndPoint> sources = SourcesOf(id);
        AddSources(id, sources.Where(s => !s.Equals(from)).Take(sourcesMax).Select(WireAddress.Text), replies);
        if (!sources.Contains(from)) sources.Add(from);
        return true;
    }

    private static void AddSources(string id, IEnumerable<string> sources, Elements replies)
    {
        string list = WireJson.QuoteAll(sources);
        if (list != "[]") replies.Add("MaybeTheyHaveSome", $$"""{"id":{{WireJson.Quote(id)}},"peers":{{list}}}""");
    }

    private bool OnPublicKey(JsonElement payload, IPEndPoint from)
    {
        if (WireJson.AsString(WireJson.Field(payload, "ed25519h")) is not { Length: 64 } key) return false;
        if (_keys.TryAdd(key, from)) Learn(from, 120);
        return true;
    }

    private bool OnWhereAreThey(JsonElement payload, Elements replies)
    {
        if (WireJson.AsString(WireJson.Field(payload, "ed25519h")) is not { Length: 64 } key) return false;
        if (!_keys.TryGetValue(key, out IPEndPoint? address)) return true;
        string inner = WireJson.Quote("[{\"MyPublicKey\":{\"ed25519h\":\"" + key + "\"}}]");
        replies.Add("Forwarded",
            $$"""{"src":"{{address}}","from_ed25519":null,"messages":{{inner}},"might_be_ip_spoofing":false}""");
        return true;
    }

    private bool OnMentionedIds(JsonElement payload)
    {
        if (WireJson.AsString(WireJson.Field(payload, "id")) is { } single) OpenSourceFile(single);
        if (WireJson.Field(payload, "results") is { ValueKind: JsonValueKind.Array } results)
        {
            foreach (JsonElement entry in results.EnumerateArray())
                if (entry.ValueKind == JsonValueKind.Array && entry.GetArrayLength() == 2 && WireJson.AsString(entry[0]) is { } id)
                    OpenSourceFile(id);
        }

        return true;
    }

    /// <summary>The file of sources that it keeps for every id anybody ever mentioned.</summary>
    private void OpenSourceFile(string id)
    {
        if (!IsGoodId(id)) return;
        string[] parts = (id + ".json").Split('/');
        if (parts.Any(p => ByteCount(p) > 255)) throw new PeerCrash("id with a part too long for a file name");
        string folder = "";
        foreach (string part in parts[..^1])
        {
            folder += part + "/";
            if (_sourceFiles.Contains(folder.TrimEnd('/'))) throw new PeerCrash("id whose folder is the sources file of another");
            _sourceFolders.Add(folder);
        }

        string file = folder + parts[^1];
        if (_sourceFolders.Contains(file + "/")) throw new PeerCrash("id whose sources file is the folder of another");
        _sourceFiles.Add(file);
    }

    private static bool IsGoodId(string id) =>
        id.Length > 0 && !id.Contains('\\') && !id.Contains('\0') && !id.Contains("/.", StringComparison.Ordinal)
        && id[0] is not ('.' or '/') && id[^1] != '/';

    private void SendPeers(bool verified, Elements replies)
    {
        int most = verified ? 46 : 1;
        List<IPEndPoint> addresses = [.. _keys.Values.Distinct().Take(most)];
        foreach (KnownPeer peer in Pick(most - addresses.Count, power: 6))
            if (!addresses.Contains(peer.Address)) addresses.Add(peer.Address);
        replies.Add("Peers", $$"""{"peers":{{WireJson.QuoteAll(addresses.Select(WireAddress.Text))}}}""");
        if (!verified) return;
        replies.Add("SignedMessage", Signed);
        replies.Add("MyPublicKey", $$"""{"ed25519h":"{{PublicKey}}"}""");
    }

    /// <summary>Strangers: the last replies are dropped by chance until the whole is no more than so many times the request.</summary>
    private void Trim(int requestBytes, Elements replies)
    {
        const int Headers = 20 + 8 + 57;
        while (replies.Count > 0)
        {
            double ratio = (double)(replies.Bytes + Headers) / (requestBytes + Headers);
            double limit = Options.RareEvents ? 1 + 4 * Random.NextDouble() : 5;
            if (ratio <= limit) return;
            replies.Pop();
        }
    }

    private void Probe()
    {
        if (!Options.Probes) return;
        int leaving = Math.Min(10, _suggestions.Count);
        for (int i = 0; i < leaving; i++)
        {
            int index = Random.Next(_suggestions.Count);
            IPEndPoint suggested = _suggestions[index];
            _suggestions.RemoveAt(index);
            if (i % 2 == 1) continue; // half of them are thrown away unasked
            var hello = new Elements();
            hello.Add("PleaseAlwaysReturnThisMessage", OwnCookie(suggested));
            Send(suggested, hello);
        }

        foreach (KnownPeer peer in Pick(10 - leaving, power: 2))
        {
            var probe = new Elements();
            probe.Add("SignedMessage", Signed);
            probe.Add("MyPublicKey", $$"""{"ed25519h":"{{PublicKey}}"}""");
            probe.Add("PleaseSendPeers", "{}");
            probe.Add("PleaseReturnThisMessage", Ping());
            if (CookieToReturn(peer.Address) is { } cookie) probe.Add("AlwaysReturned", cookie);
            probe.Add("PleaseAlwaysReturnThisMessage", OwnCookie(peer.Address));
            peer.DelayMs = peer.DelayMs * 4 / 3 + 1;
            Send(peer.Address, probe);
        }
    }

    private string Ping() => string.Create(CultureInfo.InvariantCulture, $$"""{"cookie":"{{Now.TotalSeconds:0.#########}}"}""");
}
