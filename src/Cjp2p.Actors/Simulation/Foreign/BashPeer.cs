using System.Net;
using System.Text;
using System.Text.Json;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>
/// The Bash node of March 2026. Blocks of 40,960 bytes and nothing else; loses every slash of a cookie; a script that
/// ends at the first error.
/// </summary>
/// <remarks>
/// There is no probe recording of this node: the model rests on the fact sheet and on the recorded transfers. Left out:
/// its slowness (up to a second for a datagram), storing a cookie under the wrong peer, files of peers that age. Assumed:
/// the five requests after a silent second (seen in two recordings), and that two datagrams a second ask for peers.
/// </remarks>
internal sealed class BashPeer : ScriptPeer
{
    private const int BlockBytes = 40960;

    private readonly List<string> _peers = [];

    public BashPeer(ForeignModelOptions? options = null)
        : base(options ?? new ForeignModelOptions(), BlockBytes, burst: 5)
    {
    }

    private protected override void Started()
    {
        foreach (IPEndPoint address in Options.Peers) Learn(WireAddress.Text(address));
        Probe();
    }

    private protected override void Meet(IPEndPoint address) => Learn(WireAddress.Text(address));

    private protected override void Tick()
    {
        Probe();
        base.Tick();
    }

    private protected override void Handle(ReadOnlyMemory<byte> datagram, JsonDocument? document, IPEndPoint from)
    {
        if (document is null || document.RootElement.ValueKind != JsonValueKind.Array)
        {
            Complain("no JSON array: the whole datagram is dropped");
            return;
        }

        Learn(WireAddress.Text(from));
        foreach (JsonElement element in document.RootElement.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Object) continue;
            JsonProperty? first = element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal)
                .Select(p => (JsonProperty?)p).FirstOrDefault();
            if (first is { } property) HandleElement(property.Name, property.Value, from);
        }
    }

    private void HandleElement(string name, JsonElement payload, IPEndPoint from)
    {
        switch (name)
        {
            case "PleaseSendPeers":
                IEnumerable<string> own = Options.Peers.Select(WireAddress.Text);
                IEnumerable<string> list = own.Concat(Cookies.Keys.Select(WireAddress.Text)).Distinct().Take(50);
                SendSingle(from, "Peers", $$"""{"peers":{{WireJson.QuoteAll(list)}}}""");
                break;
            case "Peers":
                foreach (string address in WireJson.AsStrings(WireJson.Field(payload, "peers")) ?? []) Learn(address);
                break;
            case "MaybeTheyHaveSome":
                foreach (string address in WireJson.AsStrings(WireJson.Field(payload, "peers")) ?? []) Learn(address);
                break;
            case "PleaseReturnThisMessage":
                string ping = WireJson.Compact(payload, sortKeys: false);
                if (!Ascii.IsValid(ping) || ping.Contains('\\'))
                    throw new PeerCrash("PleaseReturnThisMessage that is not plain ASCII without backslashes");
                SendSingle(from, "ReturnedMessage", ping);
                break;
            case "PleaseAlwaysReturnThisMessage":
                Cookies[from] = Mangle(WireJson.Compact(payload, sortKeys: false));
                break;
            case "PleaseSendContent":
                OnContentRequest(payload, from);
                break;
            case "Content":
                OnContent(payload, from);
                break;
            default:
                if (OneIn(11)) SendAsking(from, "PleaseSendPeers", "{}");
                if (OneIn(3)) AskNext(from);
                break;
        }
    }

    /// <summary>What the shell does to a cookie: every slash is deleted, backslash escapes are interpreted.</summary>
    private string Mangle(string cookie)
    {
        var text = new StringBuilder();
        for (int i = 0; i < cookie.Length; i++)
        {
            char c = cookie[i];
            if (c == '/') continue;
            if (c == '\\' && i + 1 < cookie.Length)
            {
                c = cookie[++i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', var other => other };
            }

            text.Append(c);
        }

        if (text.Length != cookie.Length) Complain("cookie with a slash or a backslash: given back mangled");
        return text.ToString();
    }

    private void Learn(string address)
    {
        if (address.Length > 255 || address.Contains('"') || address.Contains('\''))
            throw new PeerCrash("address that can not be a file name");
        if (!_peers.Contains(address)) _peers.Add(address);
    }

    private void OnContentRequest(JsonElement payload, IPEndPoint from)
    {
        if (Number(payload, "offset") is not { } offset || Number(payload, "length") is not { } length)
            throw new PeerCrash("PleaseSendContent without offset or length");
        if (Text(payload, "id")?.Replace("/", "", StringComparison.Ordinal) is not { } id) return;
        if (Current is { } download && download.Id == id)
        {
            if (download.Eof < 0) throw new PeerCrash("PleaseSendContent for a download whose length it does not know yet");
            long block = offset / BlockBytes;
            if (offset < 0 || !download.Has(block)) return;
            long room = Math.Min((block + 1) * BlockBytes, download.Eof) - offset;
            Reply(id, offset, download.Read(offset, (int)Math.Min(length, room)), download.Eof, from);
        }
        else if (Files.TryGetValue(id, out byte[]? file) && offset >= 0 && offset < file.Length)
        {
            Reply(id, offset, file.AsSpan((int)offset, (int)Math.Min(length, file.Length - offset)), file.Length, from);
        }
    }

    private void Reply(string id, long offset, ReadOnlySpan<byte> bytes, long eof, IPEndPoint from) => SendSingle(from, "Content",
        $$"""{"offset":{{offset}},"id":{{WireJson.Quote(id)}},"eof":{{eof}},"base64":"{{Convert.ToBase64String(bytes)}}"}""");

    private void OnContent(JsonElement payload, IPEndPoint from)
    {
        if (Current is not { } download || Text(payload, "id") != download.Id) return;
        download.Contents++;
        long? eof = Number(payload, "eof");
        if (eof is null && download.Eof < 0) throw new PeerCrash("Content without eof");
        if (Number(payload, "offset") is not { } offset) throw new PeerCrash("Content without offset");
        if (WireJson.Field(payload, "base64") is not { ValueKind: JsonValueKind.String } base64)
            throw new PeerCrash("Content without base64");
        if (!base64.TryGetBytesFromBase64(out byte[]? bytes))
        {
            Complain("Content with bad base64");
            bytes = [];
        }

        if (offset < 0) return;
        Take(download, offset, bytes, eof ?? download.Eof, from);
    }

    /// <summary>A number or the text of one: the shell knows no types.</summary>
    private static long? Number(JsonElement payload, string field) => WireJson.Field(payload, field) switch
    {
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out long value) => value,
        { ValueKind: JsonValueKind.String } text when long.TryParse(text.GetString(), out long value) => value,
        _ => null,
    };

    private void Probe()
    {
        if (!Options.Probes || _peers.Count == 0) return;
        for (int i = 0; i < 2; i++)
        {
            string address = _peers[Random.Next(_peers.Count)];
            IPEndPoint? to = WireAddress.ParseRust(address);
            if (to is null) throw new PeerCrash($"an address that is none was picked: {address}");
            SendAsking(to, "PleaseSendPeers", "{}");
        }
    }
}
