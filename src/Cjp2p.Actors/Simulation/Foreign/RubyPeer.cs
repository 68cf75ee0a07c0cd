using System.Net;
using System.Text.Json;
using System.Text.Unicode;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>
/// The Ruby node of March 2026. Only broken JSON does not end it; every other surprise does. Blocks of 4096, relays what
/// it has of a running download without eof, knows every address it ever heard of.
/// </summary>
/// <remarks>
/// Left out: when and what it sends as MaybeTheyHaveSome, and switching to another source. Not known and assumed: the
/// seven requests after a silent second are for seven following blocks.
/// </remarks>
internal sealed class RubyPeer : ScriptPeer
{
    private const int BlockBytes = 4096;

    private static readonly string[] Known =
    [
        "PleaseSendPeers", "Peers", "PleaseSendContent", "Content", "PleaseReturnThisMessage",
        "PleaseAlwaysReturnThisMessage", "MaybeTheyHaveSome",
    ];

    private readonly List<string> _peers = [];
    private TimeSpan _lastProbe;

    public RubyPeer(ForeignModelOptions? options = null)
        : base(options ?? new ForeignModelOptions(), BlockBytes, burst: 7)
    {
    }

    private protected override int ReceiveBufferBytes => 8192;

    private protected override void Started()
    {
        _peers.AddRange(Options.Peers.Select(WireAddress.Text));
        Probe();
    }

    private protected override void Forget()
    {
        base.Forget();
        _peers.Clear();
    }

    private protected override void Meet(IPEndPoint address)
    {
        if (!_peers.Contains(WireAddress.Text(address))) _peers.Add(WireAddress.Text(address));
    }

    private protected override void Tick()
    {
        base.Tick();
        if (Now - _lastProbe >= TimeSpan.FromSeconds(10)) Probe();
    }

    private protected override void Handle(ReadOnlyMemory<byte> datagram, JsonDocument? document, IPEndPoint from)
    {
        if (!Utf8.IsValid(datagram.Span)) throw new PeerCrash("datagram that is no UTF-8");
        Meet(from);
        if (document is null || document.RootElement.ValueKind != JsonValueKind.Array)
        {
            Complain("no JSON array: the whole datagram is dropped");
            return;
        }

        foreach (JsonElement element in document.RootElement.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Object) continue;
            foreach (JsonProperty property in element.EnumerateObject())
            {
                if (!Known.Contains(property.Name)) continue; // printed
                HandleElement(property.Name, property.Value, from);
                break; // only the first key that it knows
            }
        }
    }

    private void HandleElement(string name, JsonElement payload, IPEndPoint from)
    {
        switch (name)
        {
            case "PleaseSendPeers":
                if (!SendSingle(from, "Peers", $$"""{"peers":{{WireJson.QuoteAll(_peers)}}}"""))
                    throw new PeerCrash("its own Peers reply does not fit a datagram");
                break;
            case "Peers":
                List<string> peers = WireJson.AsStrings(WireJson.Field(payload, "peers"))
                    ?? throw new PeerCrash("Peers without a list of peers");
                foreach (string address in peers) Learn(address);
                break;
            case "MaybeTheyHaveSome":
                if (Current is null || Text(payload, "id") != Current.Id) break;
                List<string> sources = WireJson.AsStrings(WireJson.Field(payload, "peers"))
                    ?? throw new PeerCrash("MaybeTheyHaveSome without a list of peers");
                foreach (string address in sources) Learn(address);
                break;
            case "PleaseReturnThisMessage":
                SendSingle(from, "ReturnedMessage", WireJson.Compact(payload, sortKeys: false));
                break;
            case "PleaseAlwaysReturnThisMessage":
                if (payload.ValueKind is not (JsonValueKind.Null or JsonValueKind.False))
                    Cookies[from] = WireJson.Compact(payload, sortKeys: false);
                break;
            case "PleaseSendContent":
                OnContentRequest(payload, from);
                break;
            default:
                OnContent(payload, from);
                break;
        }
    }

    private void Learn(string address)
    {
        string[] parts = address.Split(':');
        if (parts.Length < 2) throw new PeerCrash($"address without a port in a list: {address}");
        if (parts.Length > 2) throw new PeerCrash($"IPv6 in a list of peers: {address}");
        if (WireAddress.ParseIPv4(parts[0]) is null) throw new PeerCrash($"host name in a list of peers: {address}");
        if (!_peers.Contains(address)) _peers.Add(address);
    }

    private void OnContentRequest(JsonElement payload, IPEndPoint from)
    {
        double offset = Number(payload, "offset", "PleaseSendContent");
        double length = Number(payload, "length", "PleaseSendContent");
        string id = Text(payload, "id") ?? throw new PeerCrash("PleaseSendContent without an id");
        if (id.Contains('/')) return;
        if (id is "" or "." or ".." or "incoming") throw new PeerCrash($"PleaseSendContent for a folder: {id}");
        string offsetText = payload.GetProperty("offset").GetRawText();
        if (Files.TryGetValue(id, out byte[]? file))
        {
            if (length > long.MaxValue) throw new PeerCrash("PleaseSendContent with a huge length");
            if (offset >= file.Length) return; // silence past the end
            int count = (int)Math.Min(length, file.Length - (long)offset);
            string base64 = Convert.ToBase64String(file, (int)offset, count);
            if (!SendSingle(from, "Content",
                $$"""{"id":{{WireJson.Quote(id)}},"base64":"{{base64}}","eof":{{file.Length}},"offset":{{offsetText}}}"""))
                throw new PeerCrash("PleaseSendContent for more than fits a datagram");
        }
        else if (Current is { } download && download.Id == id && offset >= 0 && offset % BlockBytes == 0
            && download.Has((long)offset / BlockBytes))
        {
            // Relays exactly the blocks it asked for itself, and forgets to say how long the whole is.
            string base64 = Convert.ToBase64String(download.Read((long)offset, BlockBytes));
            SendSingle(from, "Content", $$"""{"id":{{WireJson.Quote(id)}},"base64":"{{base64}}","offset":{{offsetText}}}""");
        }
    }

    private void OnContent(JsonElement payload, IPEndPoint from)
    {
        if (Current is not { } download || Text(payload, "id") != download.Id) return;
        download.Contents++;
        double offset = Number(payload, "offset", "Content");
        if (WireJson.Field(payload, "eof") is null) throw new PeerCrash("Content without eof");
        double eof = Number(payload, "eof", "Content");
        if (WireJson.Field(payload, "base64") is not { ValueKind: JsonValueKind.String } base64)
            throw new PeerCrash("Content without base64");
        if (!base64.TryGetBytesFromBase64(out byte[]? bytes))
        {
            Complain("Content with bad base64");
            bytes = [];
        }

        if (offset is < 0 or > int.MaxValue || eof is < 0 or > int.MaxValue)
            throw new PeerCrash("Content with a number out of range");
        if (offset % BlockBytes != 0)
        {
            Complain("Content at an offset that was not asked for");
            download.Refused++;
            return;
        }

        Take(download, (long)offset, bytes, (long)eof, from);
    }

    private static double Number(JsonElement payload, string field, string message)
    {
        if (WireJson.Field(payload, field) is not { ValueKind: JsonValueKind.Number } number)
            throw new PeerCrash($"{message} without a number as {field}");
        double value = number.GetDouble();
        return message == "PleaseSendContent" && value < 0 ? throw new PeerCrash($"{message} with a negative {field}") : value;
    }

    private void Probe()
    {
        _lastProbe = Now;
        if (!Options.Probes || _peers.Count == 0) return;
        IPEndPoint to = IPEndPoint.Parse(_peers[Random.Next(_peers.Count)]);
        if (WireAddress.IsUnsendable(to)) throw new PeerCrash($"an address that nobody can send to: {to}");
        SendAsking(to, "PleaseSendPeers", "{}");
    }
}
