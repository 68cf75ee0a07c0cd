using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;

namespace Cjp2p.Actors.Peers;

/// <summary>
/// Addresses that were proven to give wrong content: nothing is asked of them until their ban ends. Bounded: the ban that
/// ends first makes room. Thread-safe; the time of day is an argument.
/// </summary>
/// <param name="bansMax">Bans at the same time.</param>
public sealed class LiarList(int bansMax)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerAddress, StoredBan> _bans = [];

    /// <summary>Bans, ended ones included until they are looked at.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _bans.Count;
        }
    }

    /// <summary>The bans that hold, by address.</summary>
    public ImmutableArray<StoredBan> All(DateTimeOffset now)
    {
        lock (_lock)
            return [.. _bans.Values.Where(ban => ban.Until > now).OrderBy(ban => ban.Address)];
    }

    /// <summary>Whether an address is banned.</summary>
    public bool Contains(in PeerAddress address, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (!_bans.TryGetValue(address, out var ban))
                return false;
            if (ban.Until > now)
                return true;
            _bans.Remove(address);
            return false;
        }
    }

    /// <summary>Adds a ban, or makes one longer; the bans that had to make room.</summary>
    public ImmutableArray<PeerAddress> Add(StoredBan ban)
    {
        ArgumentNullException.ThrowIfNull(ban);
        lock (_lock)
        {
            if (_bans.TryGetValue(ban.Address, out var before) && before.Until > ban.Until)
                return [];
            _bans[ban.Address] = ban;
            if (_bans.Count <= bansMax)
                return [];
            var first = _bans.Values.Where(other => other != ban).MinBy(other => (other.Until, other.Address))!.Address;
            _bans.Remove(first);
            return [first];
        }
    }

    /// <summary>Ends a ban; false when there was none.</summary>
    public bool Lift(in PeerAddress address)
    {
        lock (_lock)
            return _bans.Remove(address);
    }
}
