using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation;

/// <summary>The tables of one NAT. Pure: time is an argument, and there is no chance in it.</summary>
public sealed class NatModel(NatSettings settings)
{
    private const ushort FirstPort = 1024;
    private const int SweepsPerTimeout = 64;

    private readonly Dictionary<(PeerAddress Inside, PeerAddress Remote), Mapping> _byInside = [];
    private readonly Dictionary<ushort, Mapping> _byPort = [];
    private ushort _nextPort = FirstPort;
    private int _permissions;
    private long _nextSweepTicks;

    /// <summary>Its settings.</summary>
    public NatSettings Settings => settings;

    /// <summary>Mappings and permissions held, expired ones included that were not met yet.</summary>
    public int Entries => _byPort.Count + _permissions;

    /// <summary>A datagram leaves: finds or makes its mapping. False when there is no room for one.</summary>
    public bool TryOutbound(long nowTicks, in PeerAddress inside, in PeerAddress remote, out ushort outsidePort)
    {
        outsidePort = 0;
        var key = (inside, settings.Kind == NatKind.Symmetric ? remote : default);
        if (_byInside.TryGetValue(key, out var mapping) && HasExpired(nowTicks, mapping.UsedTicks))
        {
            Remove(mapping);
            mapping = null;
        }

        var isNew = mapping == null;
        if (isNew && (!MakeRoom(nowTicks) || !TryAdd(nowTicks, key, out mapping)))
            return false;
        var permission = PermissionFor(remote);
        if (!mapping!.Permissions.ContainsKey(permission))
        {
            if (!MakeRoom(nowTicks))
            {
                if (isNew)
                    Remove(mapping);
                return false;
            }

            _permissions++;
        }

        mapping.Permissions[permission] = nowTicks;
        mapping.UsedTicks = nowTicks;
        outsidePort = mapping.Port;
        return true;
    }

    /// <summary>A datagram comes to one of its ports: who inside gets it, if the filter lets its sender in.</summary>
    public bool TryInbound(long nowTicks, ushort outsidePort, in PeerAddress remote, out PeerAddress inside)
    {
        inside = default;
        if (!_byPort.TryGetValue(outsidePort, out var mapping))
            return false;
        if (HasExpired(nowTicks, mapping.UsedTicks))
        {
            Remove(mapping);
            return false;
        }

        var permission = PermissionFor(remote);
        if (settings.Kind != NatKind.FullCone)
        {
            if (!mapping.Permissions.TryGetValue(permission, out var grantedTicks) || HasExpired(nowTicks, grantedTicks))
                return false;
        }

        if (settings.InboundRefreshes)
        {
            mapping.UsedTicks = nowTicks;
            if (mapping.Permissions.ContainsKey(permission))
                mapping.Permissions[permission] = nowTicks;
        }

        inside = mapping.Inside;
        return true;
    }

    /// <summary>Forgets everything, as when the router was switched off and on.</summary>
    public void Reset()
    {
        _byInside.Clear();
        _byPort.Clear();
        _permissions = 0;
        _nextSweepTicks = 0;
    }

    private bool HasExpired(long nowTicks, long usedTicks) => nowTicks - usedTicks >= settings.MappingTimeout.Ticks;

    /// <summary>What a permission is for: a full cone has but one for everybody.</summary>
    private PeerAddress PermissionFor(in PeerAddress remote) => settings.Kind switch
    {
        NatKind.FullCone => default,
        NatKind.AddressRestricted => remote.WithPort(0),
        _ => remote,
    };

    private bool MakeRoom(long nowTicks)
    {
        if (Entries < settings.EntriesMax)
            return true;

        // A full table is gone through some times in a timeout, not for every datagram that finds it full.
        if (nowTicks < _nextSweepTicks)
            return false;
        _nextSweepTicks = nowTicks + Math.Max(1, settings.MappingTimeout.Ticks / SweepsPerTimeout);
        foreach (var mapping in _byPort.Values.ToList())
        {
            if (HasExpired(nowTicks, mapping.UsedTicks))
            {
                Remove(mapping);
                continue;
            }

            foreach (var (permission, grantedTicks) in mapping.Permissions.ToList())
            {
                if (HasExpired(nowTicks, grantedTicks) && mapping.Permissions.Remove(permission))
                    _permissions--;
            }
        }

        return Entries < settings.EntriesMax;
    }

    private bool TryAdd(long nowTicks, (PeerAddress Inside, PeerAddress Remote) key, out Mapping? mapping)
    {
        mapping = null;
        var preserved = key.Inside.Port;
        if (settings.Kind == NatKind.Symmetric || !settings.PreservesPorts || preserved == 0 || _byPort.ContainsKey(preserved))
        {
            if (!TryFindFreePort(out preserved))
                return false;
        }

        mapping = new Mapping(key, preserved) { UsedTicks = nowTicks };
        _byInside.Add(key, mapping);
        _byPort.Add(preserved, mapping);
        return true;
    }

    private bool TryFindFreePort(out ushort port)
    {
        for (var tries = 0; tries <= ushort.MaxValue - FirstPort; tries++)
        {
            port = _nextPort;
            _nextPort = _nextPort == ushort.MaxValue ? FirstPort : (ushort)(_nextPort + 1);
            if (!_byPort.ContainsKey(port))
                return true;
        }

        port = 0;
        return false;
    }

    private void Remove(Mapping mapping)
    {
        _byInside.Remove(mapping.Key);
        _byPort.Remove(mapping.Port);
        _permissions -= mapping.Permissions.Count;
    }

    private sealed class Mapping((PeerAddress Inside, PeerAddress Remote) key, ushort port)
    {
        internal (PeerAddress Inside, PeerAddress Remote) Key { get; } = key;

        internal ushort Port { get; } = port;

        internal long UsedTicks { get; set; }

        /// <summary>Who may answer, and when that was last sent to.</summary>
        internal Dictionary<PeerAddress, long> Permissions { get; } = [];

        internal PeerAddress Inside => Key.Inside;
    }
}
