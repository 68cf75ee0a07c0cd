using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// Whom the user does not want to hear from or to send to: addresses, or all ports of an IP address. Every ban ends.
/// Bounded; thread-safe.
/// </summary>
/// <param name="most">Bans at the same time at the most.</param>
public sealed class Bans(int most)
{
    private readonly Lock _lock = new();
    private volatile Dictionary<PeerAddress, Ban>? _bans;
    private volatile BlockList _blocked = BlockList.Empty;

    /// <summary>Whether nobody is banned or blocked.</summary>
    public bool IsEmpty => _bans is null && _blocked.IsEmpty;

    /// <summary>Whom the settings shut out; may be replaced at any time.</summary>
    public BlockList Blocked
    {
        get => _blocked;
        internal set => _blocked = value;
    }

    /// <summary>Datagrams of the banned that were dropped.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    private long _dropped;

    /// <summary>Bans that were refused, or for which another had to make room.</summary>
    public long Refused { get; private set; }

    /// <summary>The bans, by address.</summary>
    public ImmutableArray<Ban> All => [.. (_bans?.Values.AsEnumerable() ?? []).OrderBy(ban => ban.Address)];

    /// <summary>Whether nothing is to be sent there.</summary>
    public bool Holds(in PeerAddress address) =>
        (_bans is { } bans && (bans.ContainsKey(address) || bans.ContainsKey(address.WithPort(0)))) || _blocked.Contains(address);

    /// <summary>Why nothing is to be sent there; null when it may.</summary>
    public string? Reason(PeerAddress address) =>
        _bans is { } bans && (bans.TryGetValue(address, out var ban) || bans.TryGetValue(address.WithPort(0), out ban))
            ? ban.Reason
            : _blocked.Contains(address) ? "blocked by the settings (cjp2p.peers.blocked)" : null;

    /// <summary>Whether a datagram from there is to be dropped; counts it.</summary>
    internal bool IsBanned(in PeerAddress source)
    {
        if (!Holds(source))
            return false;
        Interlocked.Increment(ref _dropped);
        return true;
    }

    /// <summary>Adds or replaces one; false when there are too many.</summary>
    internal bool Add(Ban ban)
    {
        lock (_lock)
        {
            var bans = _bans is { } before ? new Dictionary<PeerAddress, Ban>(before) : [];
            if (bans.Count >= most && !bans.ContainsKey(ban.Address))
            {
                Refused++;
                return false;
            }

            bans[ban.Address] = ban;
            _bans = bans;
            return true;
        }
    }

    /// <summary>Adds or replaces one of a proven liar; when there are too many, the one that ends first makes room and is returned.</summary>
    internal Ban? AddMakingRoom(Ban ban)
    {
        lock (_lock)
        {
            if (Add(ban) || _bans is not { } bans)
                return null;
            var first = bans.Values.MinBy(other => (other.Until, other.Address))!;
            Remove(first.Address);
            Add(ban);
            return first;
        }
    }

    /// <summary>Ends one; false when there was none.</summary>
    internal bool Remove(in PeerAddress address)
    {
        lock (_lock)
        {
            if (_bans is not { } before || !before.ContainsKey(address))
                return false;
            var bans = new Dictionary<PeerAddress, Ban>(before);
            bans.Remove(address);
            _bans = bans.Count == 0 ? null : bans;
            return true;
        }
    }
}

/// <summary>One ban.</summary>
/// <param name="Address">Whom; port 0: all ports.</param>
/// <param name="Until">When it ends, on the node's clock.</param>
/// <param name="Reason">Why, in the user's words.</param>
public sealed record Ban(PeerAddress Address, TimeSpan Until, string Reason);
