using System.Net;
using System.Text.Json;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>
/// The Haskell node of February 2026: asks one random peer for peers after each silent second and understands nothing
/// but Peers. Datagrams over 1024 bytes are lost on it.
/// </summary>
/// <remarks>
/// Not known and assumed: that it learns peers from Peers only, not from who sends to it, and that of two ports of one
/// host it keeps the first.
/// </remarks>
internal sealed class HaskellPeer : ForeignModel
{
    private readonly List<(string Host, int Port)> _peers = [];

    public HaskellPeer(ForeignModelOptions? options = null)
        : base(options ?? new ForeignModelOptions())
    {
    }

    /// <summary>How many peers it knows.</summary>
    public int PeersKnown => Locked(() => _peers.Count);

    private protected override int ReceiveBufferBytes => 1024;

    private protected override void Started()
    {
        foreach (IPEndPoint address in Options.Peers) Meet(address);
        Tick();
    }

    private protected override void Meet(IPEndPoint address) => Learn(address.Address.ToString(), address.Port);

    private protected override void Forget() => _peers.Clear();

    private protected override void Tick()
    {
        if (!Options.Probes || _peers.Count == 0) return;
        (string host, int port) = _peers[Random.Next(_peers.Count)];
        if (WireAddress.ParseIPv4(host) is not { } address) throw new PeerCrash($"a host that can not be resolved was picked: {host}");
        var to = new IPEndPoint(address, port);
        if (WireAddress.IsUnsendable(to)) throw new PeerCrash($"an address that nobody can send to was picked: {to}");
        var elements = new Elements();
        elements.Add("PleaseSendPeers", "{}");
        Send(to, elements);
    }

    private protected override void Handle(ReadOnlyMemory<byte> datagram, JsonDocument? document, IPEndPoint from)
    {
        RestartTimer(); // it asks again only after a second in which nothing came
        if (document is null || document.RootElement.ValueKind != JsonValueKind.Array)
        {
            Complain("no JSON array: the whole datagram is dropped");
            return;
        }

        foreach (JsonElement element in document.RootElement.EnumerateArray())
        {
            if (WireJson.Field(element, "Peers") is not { } payload) continue;
            foreach (string address in WireJson.AsStrings(WireJson.Field(payload, "peers")) ?? [])
            {
                string[] parts = address.Split(':');
                if (parts.Length < 2) throw new PeerCrash($"address without a colon: {address}");
                if (parts[1].Length is > 0 and <= 5 && parts[1].All(char.IsAsciiDigit)) Learn(parts[0], int.Parse(parts[1]));
            }
        }
    }

    /// <summary>One port for each host.</summary>
    private void Learn(string host, int port)
    {
        if (!_peers.Exists(p => p.Host == host)) _peers.Add((host, port));
    }
}
