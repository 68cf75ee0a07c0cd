using System.Net;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>What every foreign peer can be told.</summary>
internal sealed record ForeignModelOptions
{
    /// <summary>Address to bind.</summary>
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
    /// Opens what it sends and receives by; null: datagrams come in by <see cref="ForeignModel.Exchange"/> and go out to the
    /// outbox, and ports must be given.
    /// </summary>
    public Func<ForeignModelOptions, IForeignWire>? OpenWire { get; init; }

    /// <summary>So many received datagrams are kept for inspection; later ones are only counted.</summary>
    public int ReceivedMax { get; init; } = 4096;

    /// <summary>So many bytes of received datagrams are kept for inspection.</summary>
    public long ReceivedBytesMax { get; init; } = 64L << 20;
}
