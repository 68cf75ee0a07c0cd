namespace Cjp2p.Actors.Simulation;

/// <summary>A partition in force, to be healed apart from others.</summary>
public sealed class SimPartition
{
    private readonly SimCuts _all;
    private readonly int _heals;
    private ulong[] _own;

    internal SimPartition(SimCuts all, ulong[] own)
    {
        _all = all;
        _own = own;
        _heals = all.Heals;
    }

    /// <summary>Ends it. Does nothing the second time, or after <see cref="SimNetwork.Heal()"/>.</summary>
    public void Heal()
    {
        if (_all.Heals == _heals)
        {
            foreach (var cut in _own)
                _all.Heal(cut);
        }

        _own = [];
    }
}
