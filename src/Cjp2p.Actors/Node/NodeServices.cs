using System.Collections.Immutable;
using Akka.Actor;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Node;

/// <summary>
/// What the actors and receive threads of one node share: its settings, its clock, and the tables of the data plane, each
/// thread-safe and bounded. Handed down by constructor; nothing of it is static, so that many nodes live in one process.
/// </summary>
public sealed class NodeServices : ITables
{
    private readonly Random _random;
    private readonly Func<Random, Random> _deriveRandom;
    private readonly Func<WireLimits, DatagramReader> _readerFor;
    private ImmutableArray<PeerAddress> _peerSample = [];
    private volatile IngressLimits _ingress;
    private volatile NodeSettings _settings;
    private long _peerCounts;
    private int _peerSamples;

    /// <param name="settings">Settings of the node.</param>
    /// <param name="environment">Its outside world.</param>
    /// <param name="clock">Its time.</param>
    public NodeServices(NodeSettings settings, NodeEnvironment environment, NodeClock clock)
    {
        _settings = settings;
        _ingress = settings.Ingress;
        Clock = clock;
        Disk = environment.Disk;
        TransportFactory = environment.Transports;
        _random = environment.Random;
        _deriveRandom = environment.DeriveRandom;
        _readerFor = environment.ReaderFor;
        States = environment.States;
        Secret = environment.Secret;
        Cookies = new CookieIssuer(environment.Secret.AsSpan(), settings.Cookies.Rotate);
        Pings = new PingIssuer(environment.Secret.AsSpan());
        Rates = new RateLimits(settings.Limits);
        Jar = new CookieJar(settings.Cookies.KeptMax);
        Buffers = environment.Buffers ?? new SpanBufferPool(settings.Downloads.SpanBuffersMax);
        Flight = new FlightBudget(settings.Downloads.FlightMaxChunks);
        Mutations = environment.Mutations;
        Bans = new Bans(settings.Inspection.BansMax) { Blocked = settings.Peers.Blocked };
        Transports = new TransportSet(Bans);
        Inspection = new NodeInspection(this);
        Caps.Publish("shared", this);
    }

    /// <summary>Settings of the node, as they are now: <see cref="LiveSettings"/> may change at any time.</summary>
    public NodeSettings Settings => _settings;

    /// <summary>Its time.</summary>
    public NodeClock Clock { get; }

    /// <summary>Its files.</summary>
    public IDisk Disk { get; }

    /// <summary>Opens its sockets.</summary>
    public ITransportFactory TransportFactory { get; }

    /// <summary>Its open sockets.</summary>
    public TransportSet Transports { get; }

    /// <summary>Who is banned: by the user, or because it was proven to give wrong content.</summary>
    public Bans Bans { get; }

    /// <summary>Its inside, for whoever looks.</summary>
    public NodeInspection Inspection { get; }

    /// <summary>Every table that has a cap, of whichever part.</summary>
    public CappedTables Caps { get; } = new();

    /// <summary>Content that came from peers and went to them.</summary>
    public PeerTraffic Traffic => field ?? First(ref field, new PeerTraffic(Settings.Inspection.TrafficPeersMax));

    /// <summary>Cookies that we ask others to return.</summary>
    public CookieIssuer Cookies { get; private set; }

    /// <summary>Pings that we ask others to return.</summary>
    public PingIssuer Pings { get; private set; }

    /// <summary>Cookies that others ask us to return.</summary>
    public CookieJar Jar { get; }

    /// <summary>How fast content may go out and come in.</summary>
    public RateLimits Rates { get; }

    /// <summary>What unfinished downloads may take of the disk.</summary>
    public DiskQuota Quota => field ?? First(ref field, new DiskQuota(Settings.Downloads.QuotaBytes));

    /// <summary>Running downloads.</summary>
    public ContentRoutes Routes { get; } = new();

    /// <summary>Buffers of spans.</summary>
    public SpanBufferPool Buffers { get; }

    /// <summary>Chunks that may be on their way to us.</summary>
    public FlightBudget Flight { get; }

    /// <summary>Whose queue it is, measured by all downloads together.</summary>
    public SharedProbes Probes => field ?? First(ref field, new SharedProbes(Epoch));

    /// <summary>What is shared.</summary>
    public ContentCatalog Catalog { get; } = new();

    /// <summary>Who may have what.</summary>
    public SourceMemory Sources => field ?? First(
        ref field, new SourceMemory(Settings.Content.RememberedContentsMax, Settings.Content.RememberedSourcesMax));

    /// <summary>What strangers may cost, as it is now; may be changed at any time.</summary>
    public IngressLimits Ingress
    {
        get => _ingress;
        internal set => _ingress = value;
    }

    /// <summary>Verified peers and hearsay, as the registry last said: for meters, which wait for nobody.</summary>
    public (int Verified, int Hearsay) PeerCounts
    {
        get => Interlocked.Read(ref _peerCounts) is var counts ? ((int)(counts >> 32), (int)counts) : default;
        internal set => Interlocked.Exchange(ref _peerCounts, (long)value.Verified << 32 | (uint)value.Hearsay);
    }

    /// <summary>What became of datagrams.</summary>
    public WireCounters Counters { get; } = new();

    /// <summary>Messages that we do not know.</summary>
    public UnknownMessages Unknown => field ?? First(ref field, new UnknownMessages(Settings.Wire.Limits, Settings.Wire.UnknownNamesMax));

    /// <summary>Messages to the peer registry that it has not handled.</summary>
    public Backlog RegistryBacklog { get; } = new(1024);

    /// <summary>Messages to the content server that it has not handled.</summary>
    public Backlog ServerBacklog { get; } = new(256);

    /// <summary>Suggested sources that the download manager has not handled.</summary>
    public Backlog SuggestionBacklog { get; } = new(256);

    /// <summary>Verified peers to be told to who asks, chosen by the registry from time to time.</summary>
    public ImmutableArray<PeerAddress> PeerSample
    {
        get => ImmutableInterlocked.InterlockedCompareExchange(ref _peerSample, default, default);
        internal set
        {
            ImmutableInterlocked.InterlockedExchange(ref _peerSample, value);
            Interlocked.Increment(ref _peerSamples);
        }
    }

    /// <summary>How many <see cref="PeerSample"/> there have been: tells two of them apart without keeping one alive.</summary>
    internal int PeerSamples => Volatile.Read(ref _peerSamples);

    /// <summary>Which addresses of others are worth knowing; set when the sockets are open.</summary>
    public AddressPolicy AddressPolicy { get; internal set; } = new(false, false, []);

    /// <summary>Rules broken on purpose, for tests of the simulator.</summary>
    internal NodeMutations Mutations { get; }

    /// <summary>
    /// The table of the peer registry, for who looks on while no actor has its turn; it is that actor's and nobody else's.
    /// </summary>
    internal PeerTable? PeerTable { get; set; }

    /// <summary>Payload bytes of the one reply to an unverified source that sent this many.</summary>
    internal int UnverifiedBytesMax(int bytesIn) =>
        Mutations.IgnoresReplyBudget ? int.MaxValue : ReplyBudget.UnverifiedBytesMax(bytesIn);

    /// <summary>Opens what is kept across restarts; null: nothing is.</summary>
    internal INodeStateFactory? States { get; }

    /// <summary>The secret of this run, or of all, once it is loaded.</summary>
    internal ImmutableArray<byte> Secret { get; private set; }

    /// <summary>The <see cref="StorageActor"/>; nobody where nothing is kept.</summary>
    internal IActorRef Storage { get; set; } = ActorRefs.Nobody;

    // The time of day when the clock showed zero.
    private TimeSpan Epoch => TimeSpan.FromTicks(Math.Max(0, Clock.UtcNow.UtcTicks - Clock.Now.Ticks));

    /// <summary>Has something kept across restarts, where that is wanted.</summary>
    internal void Keep(StateChange change) => Storage.Tell(new StorageProtocol.Keep(change), ActorRefs.NoSender);

    /// <summary>Goes on with what is known from earlier runs; before the first socket is open.</summary>
    internal void Restore(StoredState state)
    {
        Secret = state.Secret;
        // Counted on from a time of day, so that a period of an earlier run is not used again.
        var epoch = Epoch;
        Cookies = new CookieIssuer(Secret.AsSpan(), Settings.Cookies.Rotate, epoch);
        Pings = new PingIssuer(Secret.AsSpan(), epoch);
    }

    /// <summary>Takes over what a running node can of new settings.</summary>
    internal void Apply(NodeSettings read)
    {
        var now = LiveSettings.Merge(_settings, read);
        _settings = now;
        _ingress = now.Ingress;
        Rates.Settings = now.Limits;
        Quota.BytesMax = now.Downloads.QuotaBytes;
        Bans.Blocked = now.Peers.Blocked;
        Inspection.Publish();
    }

    /// <summary>A source of chance for one actor, derived from the node's.</summary>
    public Random NewRandom()
    {
        lock (_random)
            return _deriveRandom(_random);
    }

    // Made when first used, by whichever thread: a node that is only there has no use for some tables.
    private static T First<T>(ref T? table, T made)
        where T : class => Interlocked.CompareExchange(ref table, made, null) ?? made;

    /// <summary>A reader for one receiving thread.</summary>
    internal DatagramReader NewReader() => _readerFor(Settings.Wire.Limits);

    /// <summary>The tables that its parts share, with their caps.</summary>
    public ImmutableArray<TableSize> Tables() =>
    [
        new("cjp2p.cookies.kept-max", "cookies", Jar.Count, Settings.Cookies.KeptMax, Jar.Evictions),
        new("cjp2p.content.remembered-contents-max", "contents", Sources.Count, Settings.Content.RememberedContentsMax, Sources.Evictions),
        new("cjp2p.content.remembered-sources-max", "sources", Sources.MostOfOne, Settings.Content.RememberedSourcesMax, Sources.ForgottenSources),
        new("cjp2p.content.blocks-max", "blocks of 256 KiB", Catalog.Blocks, Settings.Content.BlocksMax, Catalog.BlocksRefused),
        new("cjp2p.downloads.span-buffers-max", "buffers of 256 KiB", Buffers.Rented, Settings.Downloads.SpanBuffersMax),
        new("cjp2p.downloads.flight-max", "chunks", Flight.InFlight, Flight.Capacity),
        new("cjp2p.wire.unknown-names-max", "names", Unknown.Names, Settings.Wire.UnknownNamesMax, Unknown.Others),
        new("cjp2p.inspection.bans-max", "bans", Bans.All.Length, Settings.Inspection.BansMax, Bans.Refused),
        new("cjp2p.inspection.traffic-peers-max", "peers", Traffic.Peers, Settings.Inspection.TrafficPeersMax, Traffic.Evictions),
        .. Inspection.Tables(),
        new("registry backlog", "batches", RegistryBacklog.Count, RegistryBacklog.Most, RegistryBacklog.Shed),
        new("server backlog", "batches", ServerBacklog.Count, ServerBacklog.Most, ServerBacklog.Shed),
        new("suggestion backlog", "messages", SuggestionBacklog.Count, SuggestionBacklog.Most, SuggestionBacklog.Shed),
    ];
}
