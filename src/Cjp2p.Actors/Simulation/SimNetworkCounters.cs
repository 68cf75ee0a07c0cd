namespace Cjp2p.Actors.Simulation;

/// <summary>
/// What happened to datagrams so far. At any time <c>Sent + Duplicated = Delivered + Dropped + InFlight</c>, as long as the
/// world is in one piece (see <see cref="Exported"/>). A scenario that asks for a fault asserts here that it happened.
/// </summary>
public sealed class SimNetworkCounters
{
    private static readonly int Reasons = Enum.GetValues<DropReason>().Length;
    private readonly long[] _dropped = new long[Reasons];

    /// <summary>Datagrams that endpoints sent.</summary>
    public long Sent { get; internal set; }

    /// <summary>Payload bytes of <see cref="Sent"/>.</summary>
    public long BytesSent { get; internal set; }

    /// <summary>Datagrams handed to an endpoint.</summary>
    public long Delivered { get; internal set; }

    /// <summary>Payload bytes of <see cref="Delivered"/>.</summary>
    public long BytesDelivered { get; internal set; }

    /// <summary>Batches in which they were handed over.</summary>
    public long Batches { get; internal set; }

    /// <summary>Copies that links made.</summary>
    public long Duplicated { get; internal set; }

    /// <summary>Times that a datagram overtook another on a link.</summary>
    public long Reordered { get; internal set; }

    /// <summary>Bits that links flipped.</summary>
    public long Corrupted { get; internal set; }

    /// <summary>Datagrams with a source that was not their sender's.</summary>
    public long Spoofed { get; internal set; }

    /// <summary>Datagrams that a clogged host held back.</summary>
    public long Clogged { get; internal set; }

    /// <summary>Datagrams that will not arrive, for whatever reason.</summary>
    public long Dropped { get; private set; }

    /// <summary>Datagrams that left for hosts of another slice of the world.</summary>
    public long Exported { get; internal set; }

    /// <summary>Datagrams that came from another slice of the world.</summary>
    public long Imported { get; internal set; }

    /// <summary>Datagrams under way, those between two slices of the world not included.</summary>
    public long InFlight => Sent + Duplicated + Imported - Exported - Delivered - Dropped;

    /// <summary>Datagrams dropped for this reason.</summary>
    public long DroppedFor(DropReason reason) => _dropped[(int)reason];

    internal void AddDropped(DropReason reason)
    {
        Dropped++;
        _dropped[(int)reason]++;
    }
}
