using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation;

/// <summary>A NAT of the simulated network and the hosts behind it.</summary>
public sealed class SimNat
{
    private readonly Dictionary<uint, SimHost> _hosts = [];

    internal SimNat(PeerAddress address, NatSettings settings)
    {
        Address = address;
        Model = new NatModel(settings);
    }

    /// <summary>Its outside address (port 0).</summary>
    public PeerAddress Address { get; }

    /// <summary>Its tables.</summary>
    public NatModel Model { get; }

    /// <summary>Datagrams from outside that it did not let in.</summary>
    public long Filtered { get; internal set; }

    /// <summary>Another slice of the world plays the hosts behind it.</summary>
    internal bool IsElsewhere { get; set; }

    /// <summary>The router is switched off and on: all mappings are gone.</summary>
    public void Reboot() => Model.Reset();

    /// <summary>Takes the next address of its inside network (10.0.0.0/8) for a host.</summary>
    internal PeerAddress NextInsideAddress() =>
        PeerAddress.FromIPv4(0x0A00_0000 + SimNetwork.HostPart(_hosts.Count), 0);

    /// <summary>Number of the first host behind it; -1: there is none yet.</summary>
    internal int FirstHost { get; private set; } = -1;

    internal void Add(SimHost host)
    {
        if (_hosts.Count == 0)
            FirstHost = host.Number;
        _hosts.Add(host.Address.IPv4HostOrder, host);
    }

    internal bool TryFind(in PeerAddress inside, out SimHost host) =>
        _hosts.TryGetValue(inside.IPv4HostOrder, out host!) && !inside.IsIPv6;
}
