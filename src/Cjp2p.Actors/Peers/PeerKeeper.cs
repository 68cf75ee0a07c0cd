using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;

namespace Cjp2p.Actors.Peers;

/// <summary>
/// Peers across restarts. Those of earlier runs are tried a few at a time until they answer: they are not passed on and
/// not counted before, as their addresses may have gone to somebody else. And what has changed since it was last written
/// is told apart from what has not. They are tried in turn by network, the best of each first. Only peers that proved themselves are ever kept, so an attacker who names addresses
/// does not reach the next run. Pure state of <see cref="PeerRegistryActor"/>.
/// </summary>
public sealed class PeerKeeper
{
    // When a peer was last heard is worth a write no more often than this.
    private static readonly TimeSpan HeardGrain = TimeSpan.FromMinutes(10);

    private readonly int _triesMax;
    private readonly Dictionary<PeerAddress, StoredPeer> _kept = [];
    private readonly Queue<(PeerAddress Address, int Tries)> _queue = new();
    private readonly HashSet<PeerAddress> _waiting = [];

    /// <param name="peers">Peers of earlier runs, the best first.</param>
    /// <param name="triesMax">Tries without an answer after which one is forgotten.</param>
    public PeerKeeper(ImmutableArray<StoredPeer> peers, int triesMax)
    {
        _triesMax = triesMax;
        foreach (var peer in peers)
            _kept.TryAdd(peer.Address, peer);
        // One of each network first: masses of addresses of an attacker do not keep the others waiting.
        foreach (var address in PeerNetwork.Alternate(peers.Select(peer => peer.Address).Distinct()))
        {
            _waiting.Add(address);
            _queue.Enqueue((address, 0));
        }
    }

    /// <summary>Peers of earlier runs that have not answered yet.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>
    /// Takes the next peers to try. While nobody at all answers nobody's tries count: then it is our own network that
    /// does not work.
    /// </summary>
    public ImmutableArray<PeerAddress> Next(int most, bool anybodyAnswers)
    {
        var next = ImmutableArray.CreateBuilder<PeerAddress>();
        for (var left = _queue.Count; left > 0 && next.Count < most; left--)
        {
            var (address, tries) = _queue.Dequeue();
            if (!_waiting.Contains(address))
                continue;
            if (tries >= _triesMax)
            {
                _waiting.Remove(address);
                continue;
            }

            next.Add(address);
            _queue.Enqueue((address, anybodyAnswers ? tries + 1 : tries));
        }

        return next.ToImmutable();
    }

    /// <summary>A peer proved itself; what was known of it from earlier runs, if anything.</summary>
    public StoredPeer? OnVerified(in PeerAddress address)
    {
        _waiting.Remove(address);
        return _kept.TryGetValue(address, out var known) ? known : null;
    }

    /// <summary>Some peers that have not answered yet, to be asked for content when there is nobody else.</summary>
    public IEnumerable<PeerAddress> Some() => _queue.Select(entry => entry.Address).Where(_waiting.Contains);

    /// <summary>What is to be written now.</summary>
    /// <param name="peers">The verified peers.</param>
    /// <param name="now">The node's clock.</param>
    /// <param name="utcNow">The time of day.</param>
    public ImmutableArray<StateChange> Changes(IReadOnlyList<PeerRecord> peers, TimeSpan now, DateTimeOffset utcNow)
    {
        ArgumentNullException.ThrowIfNull(peers);
        var changes = ImmutableArray.CreateBuilder<StateChange>();
        var there = new HashSet<PeerAddress>(peers.Count);
        foreach (var peer in peers)
        {
            there.Add(peer.Address);
            var isKnown = _kept.TryGetValue(peer.Address, out var before);
            var heardAt = utcNow - (now - peer.HeardAt);
            if (isKnown && heardAt - before.HeardAt < HeardGrain && IsLike(before.RoundTrip, peer.RoundTrip))
                continue;
            var stored = new StoredPeer(
                peer.Address,
                isKnown ? before.VerifiedAt : utcNow - (now - peer.VerifiedAt),
                heardAt,
                peer.RoundTrip);
            _kept[peer.Address] = stored;
            changes.Add(new StateChange.PeerKept(stored));
        }

        foreach (var address in _kept.Keys.Where(address => !there.Contains(address) && !_waiting.Contains(address)).ToArray())
        {
            _kept.Remove(address);
            changes.Add(new StateChange.PeerForgotten(address));
        }

        return changes.ToImmutable();
    }

    private static bool IsLike(TimeSpan a, TimeSpan b) => a <= b * 2 && b <= a * 2;
}
