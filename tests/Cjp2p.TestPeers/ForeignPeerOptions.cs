using System.Net;

namespace Cjp2p.TestPeers;

/// <summary>What every foreign peer can be told.</summary>
public sealed record ForeignPeerOptions
{
    /// <summary>Address to bind; only loopback is accepted.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port to bind; 0 lets the system choose.</summary>
    public int Port { get; init; }

    /// <summary>Seed of the peer's own chance: secrets, cookies and everything it does at random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The peer's clock and timers.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Peers known from the start (the real programs' bootstrap list).</summary>
    public IReadOnlyList<IPEndPoint> Peers { get; init; } = [];

    /// <summary>
    /// False: what the real program does only now and then (ignore a request, add a list of sources, grow the flight, cut
    /// a reply short) does not happen at all, so that a test sees the ordinary case every time.
    /// </summary>
    public bool RareEvents { get; init; } = true;

    /// <summary>False: the peer asks nobody for peers by itself and pings nobody. Stalled downloads still start again.</summary>
    public bool Probes { get; init; } = true;

    /// <summary>
    /// True: no socket. Datagrams come in by <see cref="ForeignPeer.Exchange"/>, go out to the outbox; ports must be given.
    /// </summary>
    public bool Offline { get; init; }

    /// <summary>So many received datagrams are kept for inspection; later ones are only counted.</summary>
    public int ReceivedMax { get; init; } = 4096;

    /// <summary>So many bytes of received datagrams are kept for inspection.</summary>
    public long ReceivedBytesMax { get; init; } = 64L << 20;
}
