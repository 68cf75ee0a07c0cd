using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>
/// The presence demonstration of June and July 2026: tells every known peer every five seconds that it is here, answers
/// who asks for peers, puts its cookie into every datagram, has no content.
/// </summary>
/// <remarks>
/// Left out: WhoIsHere and HereIsWho. A stranger gets the whole answer only if it is at most 2.75 times what it sent
/// (28 header bytes on both sides); the recordings only show that the border lies between 2.61 and 3.25.
/// </remarks>
internal sealed class PresencePeer : ForeignModel
{
    private const int PeersMax = 20;

    private readonly PresenceKind _kind;
    private readonly List<string> _peers = [];
    private readonly byte[] _secret = new byte[32];

    public PresencePeer(PresenceKind kind, ForeignModelOptions? options = null)
        : base(options ?? new ForeignModelOptions()) => _kind = kind;

    /// <summary>Payload of the cookie that this peer asks that address to give back.</summary>
    public string CookieFor(IPEndPoint address) => Locked(() => OwnCookie(address));

    private protected override TimeSpan TickPeriod() => TimeSpan.FromSeconds(5);

    private protected override void Started()
    {
        Random.NextBytes(_secret);
        _peers.AddRange(Options.Peers.Select(WireAddress.Text));
        if (!Options.Probes) return;
        foreach (IPEndPoint address in Options.Peers)
        {
            var hello = new Elements();
            hello.Add("PleaseSendPeers", "{}");
            AddCookie(address, hello);
            SendSpaced(address, hello);
        }

        if (_kind is PresenceKind.Python or PresenceKind.RustSelect) Tick();
    }

    private protected override void Meet(IPEndPoint address)
    {
        if (!_peers.Contains(WireAddress.Text(address))) _peers.Add(WireAddress.Text(address));
    }

    private protected override void Forget() => _peers.Clear();

    private protected override void Tick()
    {
        if (!Options.Probes) return;
        foreach (string text in _peers)
        {
            IPEndPoint? address = WireAddress.ParseRust(text);
            if (address is null || address.Address.AddressFamily != Address.AddressFamily)
            {
                if (_kind is PresenceKind.Python or PresenceKind.JavaScript)
                    throw new PeerCrash($"an address that it can not send to: {text}");
                continue;
            }

            var here = new Elements();
            string now = Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            here.Add("IAmHere", $$"""{"name":"{{ShortName}}","t":{{now}}}""");
            AddCookie(address, here);
            SendSpaced(address, here);
        }
    }

    private protected override void Handle(ReadOnlyMemory<byte> datagram, JsonDocument? document, IPEndPoint from)
    {
        if (document is null) return;
        Meet(from); // whoever sends anything is told from then on
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            if (_kind is PresenceKind.Python or PresenceKind.JavaScript) throw new PeerCrash("a datagram that is no array");
            return;
        }

        bool verified = false;
        bool peersAsked = false;
        string? echo = null;
        foreach (JsonElement element in document.RootElement.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                if (_kind == PresenceKind.Python || (_kind == PresenceKind.JavaScript && element.ValueKind == JsonValueKind.Null))
                    throw new PeerCrash("an element that is no object");
                continue;
            }

            if (WireJson.Field(element, "AlwaysReturned") is { } returned)
                verified |= WireJson.AsString(WireJson.Field(returned, "cookie")) == CookieText(from);
            if (WireJson.Field(element, "PleaseAlwaysReturnThisMessage") is { } cookie) echo = Echo(cookie) ?? echo;
            if (WireJson.Field(element, "Peers") is { } peers) Learn(peers);
            peersAsked |= WireJson.Field(element, "PleaseSendPeers") is not null;
        }

        if (peersAsked) Reply(from, datagram.Length, verified, echo); // cookies alone are never answered
    }

    private string ShortName => _kind switch
    {
        PresenceKind.Python => "py",
        PresenceKind.JavaScript => "js",
        PresenceKind.Go => "go",
        PresenceKind.Haskell => "hs",
        PresenceKind.Rust => "rs",
        _ => "rs-select",
    };

    private void Reply(IPEndPoint to, int requestBytes, bool verified, string? echo)
    {
        var full = new Elements();
        full.Add("Peers", $$"""{"peers":{{WireJson.QuoteAll(_peers.Take(PeersMax))}}}""");
        if (echo is not null) full.Add("AlwaysReturned", echo);
        AddCookie(to, full);
        if (verified || full.Bytes + 28 <= 2.75 * (requestBytes + 28))
        {
            SendSpaced(to, full);
            return;
        }

        var least = new Elements();
        AddCookie(to, least);
        least.Add("Peers", $$"""{"peers":{{WireJson.QuoteAll(_peers.Take(1))}}}""");
        SendSpaced(to, least);
    }

    /// <summary>What each language gives back of a cookie; null is nothing.</summary>
    private string? Echo(JsonElement payload)
    {
        JsonElement? cookie = WireJson.Field(payload, "cookie");
        string? single = cookie is null ? null : $$"""{"cookie":{{WireJson.Compact(cookie.Value, sortKeys: false)}}}""";
        return _kind switch
        {
            PresenceKind.JavaScript => payload.ValueKind == JsonValueKind.Null ? null : single ?? "{}",
            PresenceKind.Haskell => WireJson.Compact(payload, sortKeys: true),
            PresenceKind.Rust or PresenceKind.RustSelect => WireJson.AsString(cookie) is null ? null : single,
            _ => single,
        };
    }

    private void Learn(JsonElement payload)
    {
        foreach (string address in WireJson.AsStrings(WireJson.Field(payload, "peers")) ?? [])
            if (!_peers.Contains(address)) _peers.Add(address);
    }

    private string CookieText(IPEndPoint address) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(address.ToString())))[..32];

    private string OwnCookie(IPEndPoint address) => $$"""{"cookie":"{{CookieText(address)}}"}""";

    private void AddCookie(IPEndPoint address, Elements elements) =>
        elements.Add("PleaseAlwaysReturnThisMessage", OwnCookie(address));

    /// <summary>Python writes a blank after every comma and colon.</summary>
    private void SendSpaced(IPEndPoint to, Elements elements)
    {
        byte[] datagram = elements.ToDatagram();
        if (_kind == PresenceKind.Python)
        {
            var spaced = new StringBuilder();
            bool inString = false;
            string text = Encoding.UTF8.GetString(datagram);
            for (int i = 0; i < text.Length; i++)
            {
                spaced.Append(text[i]);
                if (text[i] == '"' && text[i - 1] != '\\') inString = !inString;
                else if (!inString && (text[i] is ',' or ':')) spaced.Append(' ');
            }

            datagram = Encoding.UTF8.GetBytes(spaced.ToString());
        }

        Send(to, datagram, elements.Names);
    }
}
