using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;

namespace Cjp2p.Actors.Peers;

/// <summary>
/// Addresses that were proven to give wrong content: nothing is asked of them until their ban ends. And those that the user
/// banned: they are neither heard nor sent to. Bounded: the ban that ends first makes room. Thread-safe; the time of day is
/// an argument.
/// </summary>
/// <param name="bansMax">Bans at the same time.</param>
public sealed class LiarList(int bansMax)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerAddress, StoredBan> _bans = [];
    private volatile bool _hasUserBans;
    private long _unheard;

    /// <summary>Whether the user banned anybody, ended bans included until they are looked at.</summary>
    public bool HasUserBans => _hasUserBans;

    /// <summary>Datagrams that were dropped because the user banned their source.</summary>
    public long Unheard => Interlocked.Read(ref _unheard);

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
            return Find(address, now) is not null || Find(address.WithPort(0), now) is not null;
    }

    /// <summary>Why an address is banned; null: it is not.</summary>
    public string? Reason(in PeerAddress address, DateTimeOffset now)
    {
        lock (_lock)
            return (Find(address, now) ?? Find(address.WithPort(0), now))?.Reason;
    }

    /// <summary>Whether the user banned an address: nothing is to be sent there.</summary>
    public bool IsShunned(in PeerAddress address, DateTimeOffset now)
    {
        if (!_hasUserBans)
            return false;
        lock (_lock)
            return Find(address, now) is { IsByUser: true } || Find(address.WithPort(0), now) is { IsByUser: true };
    }

    /// <summary>Whether a datagram of that source is to be dropped because the user banned it; counts it then.</summary>
    public bool Unhear(in PeerAddress source, DateTimeOffset now)
    {
        if (!IsShunned(source, now))
            return false;
        Interlocked.Increment(ref _unheard);
        return true;
    }

    private StoredBan? Find(in PeerAddress address, DateTimeOffset now)
    {
        if (!_bans.TryGetValue(address, out var ban) || ban.Until > now)
            return ban;
        _bans.Remove(address);
        _hasUserBans = _bans.Values.Any(other => other.IsByUser);
        return null;
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
            _hasUserBans |= ban.IsByUser;
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
        {
            var was = _bans.Remove(address);
            _hasUserBans = _bans.Values.Any(other => other.IsByUser);
            return was;
        }
    }
}
