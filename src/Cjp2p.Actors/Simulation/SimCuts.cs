namespace Cjp2p.Actors.Simulation;

/// <summary>
/// Which hosts cannot reach which others. A cut is a bit that the hosts on its two sides carry, so a path is looked up in
/// one step, however many hosts a partition parts.
/// </summary>
/// <param name="hosts">All hosts of the network.</param>
internal sealed class SimCuts(IReadOnlyList<SimHost> hosts)
{
    private const int CutsMax = 64;

    private ulong _inForce;
    private bool _mayBeCut;

    /// <summary>How often everything was healed; partitions from before mean nothing any more.</summary>
    internal int Heals { get; private set; }

    // Of most worlds nothing is ever cut: then the hosts need not be looked at, three times for each datagram.
    internal bool IsCut(SimHost from, SimHost to) =>
        _mayBeCut && from != to && ((from.CutFrom & to.CutTo) != 0 || from.IsIsolated || to.IsIsolated);

    /// <summary>Cuts the paths from the one group to the other.</summary>
    /// <returns>The bit of this cut.</returns>
    internal ulong Cut(List<SimHost> from, List<SimHost> to)
    {
        if (_inForce == ulong.MaxValue)
            throw new InvalidOperationException($"At most {CutsMax} one-way cuts can be in force at a time.");
        var cut = ~_inForce & (_inForce + 1);
        _inForce |= cut;
        _mayBeCut = true;
        foreach (var host in from)
            host.CutFrom |= cut;
        foreach (var host in to)
            host.CutTo |= cut;
        return cut;
    }

    internal void Isolate(SimHost host) => host.IsIsolated = _mayBeCut = true;

    /// <summary>Ends cuts, by their bits.</summary>
    internal void Heal(ulong cuts)
    {
        _inForce &= ~cuts;
        foreach (var host in hosts)
        {
            host.CutFrom &= ~cuts;
            host.CutTo &= ~cuts;
        }
    }

    /// <summary>Ends all cuts and isolations.</summary>
    internal void HealAll()
    {
        Heal(ulong.MaxValue);
        Heals++;
        _mayBeCut = false;
        foreach (var host in hosts)
            host.IsIsolated = false;
    }
}
