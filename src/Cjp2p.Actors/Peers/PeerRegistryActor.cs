using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Peers;

/// <summary>
/// The only truth about addresses: keeps the table, runs rounds of discovery, goes back to the bootstrap list when too few
/// peers are left, and chooses the peers that are told to others.
/// </summary>
/// <remarks>
/// Supervision: a peer's actor that throws is stopped: its state is optional, and the next datagram of that peer makes
/// another.
/// </remarks>
internal sealed class PeerRegistryActor : InspectedActor
{
    // Discovering: the only state; rounds come quickly while peers are few and slowly when there are enough.
    private static readonly TimeSpan AskedAgeMax = TimeSpan.FromSeconds(30);
    private const int AskedMax = 4096;
    private const int HurriesMax = 3;
    private static readonly TimeSpan SeenInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SeenAgainInterval = TimeSpan.FromMinutes(1);

    private readonly NodeServices _node;
    private readonly PeerSettings _settings;
    private readonly Random _random;
    private readonly PeerTable _table;
    private readonly PeerKeeper? _keeper;
    private readonly RecentTimes _asked = new(AskedMax);
    private readonly SeenAddresses _seen = new();
    private ImmutableArray<SeenAddress> _seenAs = [];
    private TimeSpan _seenAt;
    private ImmutableArray<PeerAddress> _named;
    private TokenBucket _hurries;
    private TimeSpan _interval;
    private TimeSpan _bootstrapWait;
    private TimeSpan _bootstrapAt;
    private int _peerActors;
    private long _peersWithoutActor;

    public PeerRegistryActor(NodeServices node, ImmutableArray<StoredPeer> known) : base(node)
    {
        _node = node;
        _settings = node.Settings.Peers;
        _random = node.NewRandom();
        _table = node.PeerTable = new PeerTable(_settings) { NeverEvicts = node.Mutations.NeverEvicts };
        if (!node.Storage.IsNobody() || !known.IsEmpty)
            _keeper = new PeerKeeper(known, _settings.ForgetAfterProbes);
        _named = node.Settings.Peers.Bootstrap;
        _hurries = TokenBucket.Full(HurriesMax, Now);
        _interval = _settings.DiscoveryMin;
        _bootstrapWait = _settings.BootstrapRetryMin;
        PublishTables();
    }

    private TimeSpan Now => _node.Clock.Now;

    private bool HasEnough => _table.Verified >= _settings.Enough;

    /// <param name="node">What the node's parts share.</param>
    /// <param name="known">Peers of earlier runs.</param>
    public static Props Props(NodeServices node, ImmutableArray<StoredPeer> known) =>
        NodeProps.Inspected((node, known), static of => new PeerRegistryActor(of.node, of.known));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(e => Decided(e, Directive.Stop));

    // The node says when its sockets are open; after a restart of this actor they are.
    protected override void PreStart()
    {
        if (!_node.Transports.Open.IsEmpty)
            Self.Tell(PeerRegistryProtocol.Discover.Instance);
        if (!_node.Storage.IsNobody())
        {
            Timers.StartPeriodicTimer(
                PeerRegistryProtocol.SavePeers.Instance, PeerRegistryProtocol.SavePeers.Instance, _settings.SaveEvery, _settings.SaveEvery);
        }

        if (_settings.LanDiscovery)
        {
            Timers.StartPeriodicTimer(
                PeerRegistryProtocol.AskLan.Instance, PeerRegistryProtocol.AskLan.Instance, TimeSpan.Zero, _settings.LanEvery);
        }
    }

    protected override void PostStop() => Save();

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PeerRegistryProtocol.Heard heard:
                _node.RegistryBacklog.Leave();
                var known = (_table.Verified, _table.Hearsay);
                foreach (var news in heard.News)
                    OnNews(news);
                if (_table.Verified > known.Verified || _table.Hearsay > known.Hearsay)
                    Hurry();
                _node.PeerCounts = (_table.Verified, _table.Hearsay);
                break;
            case PeerProtocol.Measured measured:
                _table.SetRoundTrip(measured.Address, measured.RoundTrip);
                break;
            case PeerRegistryProtocol.Discover:
                Discover();
                _node.PeerCounts = (_table.Verified, _table.Hearsay);
                break;
            case PeerRegistryProtocol.GetCandidates get:
                Sender.Tell(new PeerRegistryProtocol.Candidates(Candidates(get.Most)));
                break;
            case PeerRegistryProtocol.AddPeers add:
                _named = [.. _named.Concat(add.Addresses).Distinct()];
                foreach (var address in add.Addresses)
                    Probe(address);
                break;
            case PeerRegistryProtocol.ReplaceBootstrap list:
                var named = _named.Except(list.Before).ToArray();
                foreach (var address in list.Now.Except(list.Before))
                    Probe(address);
                _named = [.. list.Now.Union(named)];
                break;
            case PeerRegistryProtocol.ForgetBlocked:
                ForgetBlocked();
                break;
            case PeerRegistryProtocol.SavePeers:
                Save();
                break;
            case PeerRegistryProtocol.KeepAlive:
                KeepAlive();
                break;
            case PeerRegistryProtocol.AskLan:
                AskLan();
                break;
            case PeerRegistryProtocol.PeerStopped:
                _peerActors--;
                break;
            case PeerRegistryProtocol.GetStatus:
                Sender.Tell(new PeerRegistryProtocol.RegistryStatus(
                    _table.Verified, _table.Hearsay, _peerActors, _table.Evictions, [.. _table.Peers.Take(100)])
                {
                    SeenAs = _seenAs,
                });
                break;
            case PeerRegistryProtocol.GetPeers:
                Sender.Tell(new PeerRegistryProtocol.AllPeers([.. _table.Peers], _table.HearsayAddresses));
                break;
            case PeerRegistryProtocol.ForgetPeer forget:
                Forget(forget.Address);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private protected override ActorState Inspect() => new PeerRegistryState(
        $"{_table.Verified} verified, {_table.Hearsay} hearsay",
        _table.Verified,
        _table.Hearsay,
        _peerActors,
        _table.Evictions,
        Math.Round(_interval.TotalSeconds, 3),
        Math.Round(Math.Max(0, (_bootstrapAt - Now).TotalSeconds), 3),
        _named)
    {
        Tables = Tables(),
        SeenAs = _seenAs,
        Dropped = [.. _table.Dropped.Select(dropped => new DroppedPeerState(dropped.Address, Math.Round((Now - dropped.At).TotalSeconds, 3), dropped.Why))],
    };

    private protected override ImmutableArray<TableSize> Tables() =>
    [
        new("cjp2p.peers.peers-max", "peers", _table.Verified, _settings.PeersMax, _table.Evictions),
        new("cjp2p.peers.hearsay-max", "addresses", _table.Hearsay, _settings.HearsayMax, _table.HearsayRefused),
        new("cjp2p.peers.actors-max", "actors", _peerActors, _settings.ActorsMax, _peersWithoutActor),
    ];

    // Whom the user does not want is not told to others either.
    private void Forget(in PeerAddress address)
    {
        var bare = address;
        Forget(known => known == bare || (bare.Port == 0 && known.WithPort(0) == bare));
    }

    private void ForgetBlocked() => Forget(known => _node.Bans.Blocked.Contains(known));

    private void Forget(Func<PeerAddress, bool> isUnwanted)
    {
        foreach (var peer in _table.Peers.Select(peer => peer.Address).Where(isUnwanted).ToArray())
        {
            _table.Remove(peer, Now, WhyUnwanted(peer));
            if (PeerActorOf(peer, make: false) is { } actor)
                Context.Stop(actor);
        }

        _node.PeerSample = _table.Sample(_settings.ReplyPeersMax, _random);
    }

    private string WhyUnwanted(in PeerAddress peer) =>
        _node.Bans.Blocked.Contains(peer) ? "blocked by the settings (cjp2p.peers.blocked)"
        : _node.Bans.Reason(peer) is { } reason ? "banned: " + reason
        : "the user did not want it any more";

    private void OnNews(PeerNews news)
    {
        if (news.Proven && _node.AddressPolicy.Accepts(news.Source))
        {
            if (_table.AddVerified(news.Source, news.At, _random))
                OnNewPeer(news);
            if (_table.IsActive(news.Source) && PeerActorOf(news.Source, make: true) is { } actor)
                actor.Tell(new PeerProtocol.Heard(news));
            else if (news.RoundTrip > TimeSpan.Zero)
                _table.AddRoundTrip(news.Source, news.RoundTrip);
            if (news.SeenAs.Port != 0)
                OnSeen(news);
        }
        else if (news.IsNear && !HasEnough)
        {
            // As if somebody had named it: it is tried once, in its turn.
            _table.AddHearsay([news.Source], _node.AddressPolicy);
        }

        // Ruby and Bash nodes never return cookies with their answers: an answer to a question of ours is as good.
        if (!news.Peers.IsEmpty && !HasEnough
            && (news.Proven || _asked.Holds(news.Source, news.At, AskedAgeMax)))
            _table.AddHearsay(news.Peers.AsSpan(), _node.AddressPolicy);
    }

    private void OnSeen(PeerNews news)
    {
        var isNew = _seen.Report(news.Source, news.SeenAs, Now);
        // Looking at the interfaces of the machine takes a while, and a peer may say something else each time.
        if (_seenAs.Length > 0 && Now - _seenAt < (isNew ? SeenInterval : SeenAgainInterval))
            return;
        _seenAt = Now;
        var before = _seenAs;
        SeenAddress?[] now = [_seen.Of(false, Now, _node.Transports.IsOwnHost), _seen.Of(true, Now, _node.Transports.IsOwnHost)];
        _seenAs = [.. now.OfType<SeenAddress>()];
        if (before.SequenceEqual(_seenAs))
            return;
        // Others name us, too: we are no peer of our own.
        _node.AddressPolicy = _node.AddressPolicy with { SeenAs = [.. _seenAs.Where(seen => seen.IsConfirmed).Select(seen => seen.Address)] };
        if (_log.IsDebugEnabled)
            _log.Debug("{Peer} sees this node at {Address}", news.Source, news.SeenAs);
        foreach (var seen in _seenAs.Where(seen => seen.IsConfirmed && !before.Any(old => old.IsConfirmed && old.Address == seen.Address)))
        {
            _log.Info(
                seen.Address.Port > 0 ? "Others see this node at {Address}{Kind}" : "Others see this node at {Address}, each at another port{Kind}",
                seen.Address, seen.IsTranslated ? ": there is a NAT" : "");
        }

        if (!_seenAs.Any(seen => seen.IsTranslated) || _settings.KeepAlive == TimeSpan.Zero)
            Timers.Cancel(PeerRegistryProtocol.KeepAlive.Instance);
        else if (!Timers.IsTimerActive(PeerRegistryProtocol.KeepAlive.Instance))
        {
            Timers.StartPeriodicTimer(
                PeerRegistryProtocol.KeepAlive.Instance, PeerRegistryProtocol.KeepAlive.Instance, _settings.KeepAlive, _settings.KeepAlive);
        }
    }

    // Behind a NAT: who knows us reaches us only as long as we send something now and then.
    private void KeepAlive()
    {
        foreach (var peer in _table.Peers.Take(_settings.KeepAlivePeers))
            Probe(peer.Address, asksForPeers: false);
    }

    private void AskLan()
    {
        foreach (var transport in _node.Transports.Open)
        {
            foreach (var everybody in transport.BroadcastAddresses((ushort)_settings.LanPort))
            {
                using var batch = transport.RentSendBatch();
                WriteProbe(batch, everybody, asksForPeers: true);
            }
        }
    }

    // Who knows next to nobody does not wait for the next round when there is somebody new to ask: a few times at once and
    // then once a round's time, whatever others send.
    private void Hurry()
    {
        if (_table.Verified >= _settings.Floor || _interval < _settings.DiscoveryMin)
            return;
        _hurries = _hurries.Refill(1 / _settings.DiscoveryMin.TotalSeconds, HurriesMax, Now);
        if (_hurries.TryTake(out _hurries))
            Discover();
    }

    private void OnNewPeer(PeerNews news)
    {
        var address = news.Source;
        if (_keeper?.OnVerified(address) is { RoundTrip.Ticks: > 0 } known && news.RoundTrip == TimeSpan.Zero)
            _table.SetRoundTrip(address, known.RoundTrip);
        if (_log.IsDebugEnabled)
            _log.Debug("New peer {Peer}, {Peers} in all", address, _table.Verified);
        if (_node.PeerSample.Length < _settings.ReplyPeersMax)
            _node.PeerSample = _table.Sample(_settings.ReplyPeersMax, _random);
        _bootstrapWait = _settings.BootstrapRetryMin;
        // It may know others.
        if (_table.Verified <= _settings.Floor && _interval > _settings.DiscoveryMin)
            Next(_settings.DiscoveryMin);
    }

    private IActorRef? PeerActorOf(in PeerAddress address, bool make)
    {
        var name = Uri.EscapeDataString(address.ToString());
        var child = Context.Child(name);
        if (!child.IsNobody())
            return child;
        if (!make)
            return null;
        if (_peerActors >= _settings.ActorsMax)
        {
            _peersWithoutActor++;
            return null;
        }

        _peerActors++;
        return Context.WatchWith(
            Context.ActorOf(PeerActor.Props(_node, address), name), new PeerRegistryProtocol.PeerStopped(address));
    }

    private ImmutableArray<PeerAddress> Candidates(int most)
    {
        var candidates = _table.Sample(most, _random);
        return candidates.Length >= most
            ? candidates
            :
            [
                .. candidates,
                .. _named.Concat(_keeper?.Some() ?? []).Distinct().Where(address => !_table.Contains(address))
                    .Take(most - candidates.Length),
            ];
    }

    private void Save()
    {
        if (_keeper is null || _node.Storage.IsNobody())
            return;
        foreach (var change in _keeper.Changes(_table.Peers, Now, _node.Clock.UtcNow))
            _node.Keep(change);
    }

    private void Discover()
    {
        // Nobody can answer while our own sockets are dead; the peers are not to blame.
        if (_node.Transports.Open.IsEmpty)
        {
            Next(_settings.DiscoveryMin);
            return;
        }

        // Who has enough peers only looks whether they are still there; who has untried addresses needs no further ones.
        if (HasEnough)
            _table.ForgetHearsay();
        var probes = _table.TakeProbes(
            _table.Hearsay > 0 ? Math.Min(1, _settings.ProbesPerRound) : _settings.ProbesPerRound,
            Now,
            _random,
            out var forgotten,
            HasEnough ? _settings.ProbeAfter : default);
        for (var i = 0; i < probes.Length; i++)
        {
            // One of a round tells where it sees us; who has enough peers wants no addresses of the others, only a sign of life from
            // those that are known to return a ping.
            var peer = probes[i];
            Probe(peer, asksForPeers: i == 0 || !HasEnough || _table.RoundTripOf(peer) == TimeSpan.Zero);
            if (_table.IsActive(peer))
                PeerActorOf(peer, make: false)?.Tell(PeerProtocol.Probed.Instance);
        }

        foreach (var gone in forgotten)
        {
            if (_log.IsDebugEnabled)
                _log.Debug("Peer {Peer} does not answer any more", gone);
            if (PeerActorOf(gone, make: false) is { } actor)
                Context.Stop(actor);
        }

        foreach (var address in _keeper?.Next(_settings.RememberedPerRound, _table.Verified > 0) ?? [])
            Probe(address);
        var suggested = _table.TakeHearsay(_settings.HearsayPerRound);
        foreach (var address in suggested)
            Probe(address);
        AskNamed();
        _node.PeerSample = _table.Sample(_settings.ReplyPeersMax, _random);
        var isLearning = _table.Verified < _settings.Floor || suggested.Length > 0 || _keeper?.Waiting > 0;
        Next(isLearning && _table.Verified > 0 ? _settings.DiscoveryMin : Min(_interval * 2, _settings.DiscoveryMax));
    }

    // The bootstrap list, and whom the user named: again and again while peers are too few, at growing intervals.
    private void AskNamed()
    {
        if (_table.Verified >= _settings.Floor || Now < _bootstrapAt)
            return;
        foreach (var address in _named)
        {
            if (!_table.Contains(address))
                Probe(address);
        }

        _bootstrapAt = Now + _bootstrapWait;
        _bootstrapWait = Min(_bootstrapWait * 2, _settings.BootstrapRetryMax);
    }

    private void Probe(in PeerAddress address, bool asksForPeers = true)
    {
        using var batch = _node.Transports.RentFor(address);
        if (batch is null)
            return;
        if (asksForPeers)
            _asked.Add(address, Now, AskedAgeMax);
        WriteProbe(batch, address, asksForPeers);
    }

    private void WriteProbe(ISendBatch batch, in PeerAddress address, bool asksForPeers)
    {
        var most = _node.Settings.Wire.DatagramBytesMax;
        var writer = new DatagramWriter(batch.Reserve(most)[..most]);
        ReplyHead.Write(ref writer, _node, address, giveCookie: true, default);
        if (asksForPeers)
            writer.TryWritePleaseSendPeers();
        Span<byte> ping = stackalloc byte[PingIssuer.PayloadBytes];
        writer.TryWritePleaseReturn(ping[.._node.Pings.Write(address, Now, ping)]);
        batch.Commit(address, writer.Finish());
    }

    private void Next(TimeSpan interval)
    {
        _interval = interval;
        // A tenth of jitter, so that nodes started together do not stay together.
        Timers.StartSingleTimer(
            PeerRegistryProtocol.Discover.Instance,
            PeerRegistryProtocol.Discover.Instance,
            interval * (0.9 + 0.2 * _random.NextDouble()));
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
