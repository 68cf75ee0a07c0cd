using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Peers;

/// <summary>
/// All addresses that a node knows: those that proved that they receive there (verified) and those that others merely
/// named (hearsay), apart. Only verified ones are passed on or asked more than once. Both are capped. Pure state of
/// <see cref="PeerRegistryActor"/>: time and chance are arguments.
/// </summary>
public sealed class PeerTable
{
    // Few would now and then be honest ones all: with a fifth of them honest, eight are so once in 400,000 times.
    private const int SampledToEvict = 16;

    // Of 10,000 addresses in few networks and 200 others, 16 looks for each peer wanted see a dozen of the others.
    private const int LooksPerSample = 16;

    private const int DroppedMax = 100;

    private readonly PeerSettings _settings;
    private Ring<DroppedPeer> _dropped = new(DroppedMax);
    private readonly List<PeerRecord> _verified = [];
    private readonly PeerIndex _index;
    private readonly Queue<PeerAddress> _hearsay = new();
    private readonly HashSet<PeerAddress> _hearsaySet = [];
    private readonly Dictionary<ulong, int> _inNetwork = [];

    /// <param name="settings">Caps and rates.</param>
    public PeerTable(PeerSettings settings)
    {
        _settings = settings;
        _index = new PeerIndex(_verified);
    }

    /// <summary>Broken on purpose, for tests of the simulator.</summary>
    internal bool NeverEvicts { get; init; }

    /// <summary>Verified peers.</summary>
    public int Verified => _verified.Count;

    /// <summary>Addresses that others named and that have not been tried.</summary>
    public int Hearsay => _hearsaySet.Count;

    /// <summary>Entries of the queue of hearsay, those included that have proven themselves meanwhile; for tests.</summary>
    internal int HearsayQueued => _hearsay.Count;

    /// <summary>Verified peers that had to make room.</summary>
    public long Evictions { get; private set; }

    /// <summary>Addresses that were named when there was no room for them, known ones included.</summary>
    public long HearsayRefused { get; private set; }

    /// <summary>The verified peers, in no particular but a reproducible order.</summary>
    public IReadOnlyList<PeerRecord> Peers => _verified;

    /// <summary>The last ones that are no peers any more, oldest first, with the reason.</summary>
    public ImmutableArray<DroppedPeer> Dropped => _dropped.ToArray();

    /// <summary>The addresses that others named and that have not been tried, first come first.</summary>
    public ImmutableArray<PeerAddress> HearsayAddresses => [.. _hearsay.Where(_hearsaySet.Contains).Distinct()];

    /// <summary>Whether <paramref name="address"/> is a verified peer.</summary>
    public bool Contains(in PeerAddress address) => _index.Find(address) >= 0;

    /// <summary>
    /// A source proved its address at <paramref name="now"/>. True when it was not a peer before. When the table is full,
    /// one of sixteen peers taken at random makes room: the one whose network (16 bits of IPv4, 32 of IPv6) has the most peers
    /// here, then most unanswered probes, then longest silence. So whoever has thousands of addresses in a few networks
    /// drives out its own, and never all others.
    /// </summary>
    public bool AddVerified(in PeerAddress address, TimeSpan now, Random random)
    {
        _hearsaySet.Remove(address);
        if (_index.Find(address) is >= 0 and var known)
        {
            var before = _verified[known];
            var inRow = now - before.HeardAt <= _settings.ActorIdle ? before.HeardInRow + 1 : 1;
            _verified[known] = before with { HeardAt = now, UnansweredProbes = 0, HeardInRow = inRow };
            return false;
        }

        if (_verified.Count >= _settings.PeersMax && !NeverEvicts)
            Evict(now, random);
        _inNetwork[PeerNetwork.Of(address)] = PeersInNetworkOf(address) + 1;
        _verified.Add(new PeerRecord(address, now, now, TimeSpan.MinValue, 0, TimeSpan.Zero));
        _index.Add(address, _verified.Count - 1);
        return true;
    }

    /// <summary>
    /// Whether <paramref name="address"/> has been heard often enough to have an actor: there is an exchange with it.
    /// </summary>
    public bool IsActive(in PeerAddress address) =>
        _index.Find(address) is >= 0 and var i && _verified[i].HeardInRow >= _settings.ActorAfter;

    /// <summary>The smoothed round-trip time of a peer; zero: it is none, or it never returned a ping.</summary>
    public TimeSpan RoundTripOf(in PeerAddress address) =>
        _index.Find(address) is >= 0 and var i ? _verified[i].RoundTrip : TimeSpan.Zero;

    /// <summary>One more sample of a peer's round-trip time, smoothed as RFC 6298 does.</summary>
    public void AddRoundTrip(in PeerAddress address, TimeSpan sample)
    {
        if (_index.Find(address) is not (>= 0 and var i))
            return;
        var before = _verified[i].RoundTrip;
        _verified[i] = _verified[i] with { RoundTrip = before == TimeSpan.Zero ? sample : before * 0.875 + sample * 0.125 };
    }

    /// <summary>A peer was heard of with a measured round-trip time.</summary>
    public void SetRoundTrip(in PeerAddress address, TimeSpan roundTrip)
    {
        if (_index.Find(address) is >= 0 and var i)
            _verified[i] = _verified[i] with { RoundTrip = roundTrip };
    }

    /// <summary>There are enough peers: what others named is forgotten, and the memory given back.</summary>
    public void ForgetHearsay()
    {
        if (_hearsay.Count == 0)
            return;
        _hearsay.Clear();
        _hearsaySet.Clear();
        _hearsay.TrimExcess();
        _hearsaySet.TrimExcess();
    }

    /// <summary>
    /// Others named these addresses. Kept are those that are not known, as far as the caps go: the first few of one
    /// message, and what the table has room for. Returns how many were kept.
    /// </summary>
    public int AddHearsay(ReadOnlySpan<PeerAddress> addresses, AddressPolicy policy)
    {
        var kept = 0;
        for (var i = 0; i < addresses.Length && kept < _settings.HearsayPerMessageMax; i++)
        {
            if (_hearsaySet.Count >= _settings.HearsayMax)
            {
                // To look at each of them would be more work for a flood.
                HearsayRefused += Math.Min(addresses.Length - i, _settings.HearsayPerMessageMax - kept);
                break;
            }

            ref readonly var address = ref addresses[i];
            if (!policy.Accepts(address) || Contains(address) || !_hearsaySet.Add(address))
                continue;
            if (_hearsay.Count >= _settings.HearsayMax * 2)
                DropProvenFromQueue();
            _hearsay.Enqueue(address);
            kept++;
        }

        return kept;
    }

    /// <summary>Takes the next addresses from hearsay, to be tried once; they are forgotten unless they prove themselves.</summary>
    public ImmutableArray<PeerAddress> TakeHearsay(int most)
    {
        var taken = ImmutableArray.CreateBuilder<PeerAddress>();
        while (taken.Count < most && _hearsay.TryDequeue(out var address))
        {
            if (_hearsaySet.Remove(address))
                taken.Add(address);
        }

        return taken.ToImmutable();
    }

    /// <summary>
    /// Chooses the verified peers to probe in one round, those asked longest ago among twice as many at random, and counts
    /// the probe. A peer that left too many unanswered is forgotten instead; those come back in <paramref name="forgotten"/>.
    /// Of those that were heard less than <paramref name="silence"/> ago one at the most is chosen, and only when there is
    /// no other: they are known to be there.
    /// </summary>
    public ImmutableArray<PeerAddress> TakeProbes(
        int most, TimeSpan now, Random random, out ImmutableArray<PeerAddress> forgotten, TimeSpan silence = default)
    {
        var gone = ImmutableArray.CreateBuilder<PeerAddress>();
        var chosen = new List<PeerRecord>();
        var seen = new HashSet<PeerAddress>();
        for (var i = 0; i < most * 2 && _verified.Count > 0; i++)
        {
            var peer = _verified.Count <= most * 2 ? _verified[i % _verified.Count] : _verified[random.Next(_verified.Count)];
            if (seen.Add(peer.Address))
                chosen.Add(peer);
        }

        chosen.Sort((a, b) => now - a.HeardAt < silence != now - b.HeardAt < silence
            ? (now - a.HeardAt < silence).CompareTo(now - b.HeardAt < silence)
            : a.ProbedAt != b.ProbedAt
            ? a.ProbedAt.CompareTo(b.ProbedAt)
            : a.Address.CompareTo(b.Address));
        var probes = ImmutableArray.CreateBuilder<PeerAddress>();
        foreach (var peer in chosen)
        {
            if (probes.Count >= most)
                break;
            if (probes.Count > 0 && now - peer.HeardAt < silence)
                continue;
            if (peer.UnansweredProbes >= _settings.ForgetAfterProbes)
            {
                Remove(peer.Address, now, $"silent: {Amounts.Count(peer.UnansweredProbes, "probe")} unanswered");
                gone.Add(peer.Address);
                continue;
            }

            _verified[_index.Find(peer.Address)] = peer with { ProbedAt = now, UnansweredProbes = peer.UnansweredProbes + 1 };
            probes.Add(peer.Address);
        }

        forgotten = gone.ToImmutable();
        return probes.ToImmutable();
    }

    /// <summary>
    /// Up to <paramref name="most"/> different verified peers at random, of as many networks as there are: the second of a
    /// network comes after the first of each other one, so whoever has thousands of addresses in a few networks is no more of
    /// them than those networks. Those that left probes unanswered come last.
    /// </summary>
    public ImmutableArray<PeerAddress> Sample(int most, Random random)
    {
        var looks = (int)Math.Min(_verified.Count, (long)most * LooksPerSample);
        if (looks == 0)
            return [];
        var isWhole = looks == _verified.Count;
        var start = random.Next(_verified.Count);
        var chosen = isWhole ? null : new HashSet<int>(looks);
        var ofNetwork = new Dictionary<(ulong Network, bool IsDoubtful), int>();
        var places = ArrayPool<int>.Shared.Rent(looks);
        var turns = ArrayPool<long>.Shared.Rent(looks);
        var seen = 0;
        for (var i = 0; i < looks; i++)
        {
            // All of a small table, and of a large one here and there: those that came together are of one kind, often.
            var at = isWhole ? (start + i) % _verified.Count : random.Next(_verified.Count);
            if (chosen?.Add(at) == false)
                continue;
            var isDoubtful = _verified[at].UnansweredProbes > 1;
            ref var before = ref CollectionsMarshal.GetValueRefOrAddDefault(
                ofNetwork, (PeerNetwork.Of(_verified[at].Address), isDoubtful), out _);
            places[seen] = at;
            turns[seen] = (isDoubtful ? 1L << 62 : 0) | ((long)before++ << 31) | (uint)seen;
            seen++;
        }

        turns.AsSpan(0, seen).Sort(places.AsSpan(0, seen));
        var sample = new PeerAddress[Math.Min(seen, most)];
        for (var i = 0; i < sample.Length; i++)
            sample[i] = _verified[places[i]].Address;
        ArrayPool<int>.Shared.Return(places);
        ArrayPool<long>.Shared.Return(turns);
        return ImmutableCollectionsMarshal.AsImmutableArray(sample);
    }

    /// <summary>Forgets a peer, for a reason in words.</summary>
    public bool Remove(in PeerAddress address, TimeSpan now, string why)
    {
        if (_index.Find(address) is not (>= 0 and var i))
            return false;
        _dropped.Add(new DroppedPeer(address, now, why));
        _index.Remove(address, i);
        var network = PeerNetwork.Of(address);
        if (--_inNetwork[network] == 0)
            _inNetwork.Remove(network);
        var end = _verified.Count - 1;
        if (i < end)
        {
            _index.Move(_verified[end].Address, end, i);
            _verified[i] = _verified[end];
        }

        _verified.RemoveAt(end);

        return true;
    }

    // Those that proved themselves are out of the set at once, and out of the queue here: whoever has many ports could
    // otherwise make it grow.
    private void DropProvenFromQueue()
    {
        PeerAddress[] waiting = [.. _hearsay.Distinct().Where(_hearsaySet.Contains)];
        _hearsay.Clear();
        foreach (var address in waiting)
            _hearsay.Enqueue(address);
    }

    /// <summary>Verified peers of the network that an address is in.</summary>
    public int PeersInNetworkOf(in PeerAddress address) => _inNetwork.GetValueOrDefault(PeerNetwork.Of(address));

    private bool IsWorse(in PeerRecord peer, in PeerRecord than)
    {
        var crowd = PeersInNetworkOf(peer.Address) - PeersInNetworkOf(than.Address);
        return crowd != 0
            ? crowd > 0
            : peer.UnansweredProbes > than.UnansweredProbes
                || (peer.UnansweredProbes == than.UnansweredProbes && peer.HeardAt < than.HeardAt);
    }

    private void Evict(TimeSpan now, Random random)
    {
        var worst = _verified[random.Next(_verified.Count)];
        for (var i = 0; i < SampledToEvict - 1; i++)
        {
            var other = _verified[random.Next(_verified.Count)];
            if (IsWorse(other, worst))
                worst = other;
        }

        Remove(worst.Address, now, "made room: of the peers that were looked at its network had the most");
        Evictions++;
    }
}

/// <summary>An address that is no peer any more.</summary>
/// <param name="Address">Which.</param>
/// <param name="At">Since when, on the node's clock.</param>
/// <param name="Why">Why, in words.</param>
public readonly record struct DroppedPeer(PeerAddress Address, TimeSpan At, string Why);
