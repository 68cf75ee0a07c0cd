namespace Cjp2p.Actors.Simulation;

/// <summary>A partition in force, to be healed apart from others.</summary>
public sealed class SimPartition
{
    private readonly SimNetwork _network;
    private readonly int _heals;
    private ulong[] _cuts;

    internal SimPartition(SimNetwork network, ulong[] cuts)
    {
        _network = network;
        _cuts = cuts;
        _heals = network.Heals;
    }

    /// <summary>Ends it. Does nothing the second time, or after <see cref="SimNetwork.Heal()"/>.</summary>
    public void Heal()
    {
        if (_network.Heals == _heals)
        {
            foreach (var cut in _cuts)
                _network.Heal(cut);
        }

        _cuts = [];
    }
}
