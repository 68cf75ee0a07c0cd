using System.Collections.Immutable;
using Akka.Configuration;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Node;

/// <summary>
/// Everything that can be set on a node. Read from HOCON; each key, its unit, default and reason is described in
/// <c>cjp2p.reference.conf</c>.
/// </summary>
/// <param name="Name">Name of the node's actor.</param>
/// <param name="Listen">Addresses to bind to.</param>
/// <param name="ShutdownTimeout">Bound of an orderly stop.</param>
/// <param name="Socket">Sockets.</param>
/// <param name="Wire">Limits of what is read from and written to the wire.</param>
/// <param name="Cookies">Anti-spoof cookies.</param>
/// <param name="Ingress">What strangers may cost.</param>
/// <param name="Peers">Peers.</param>
/// <param name="Content">Shared content.</param>
/// <param name="Downloads">Downloads.</param>
/// <param name="Limits">Rates of content.</param>
/// <param name="Storage">What is kept across restarts.</param>
/// <param name="Inspection">Looking inside.</param>
/// <param name="Hooks">Commands to run when something happens.</param>
public sealed record NodeSettings(
    string Name,
    ImmutableArray<PeerAddress> Listen,
    TimeSpan ShutdownTimeout,
    SocketSettings Socket,
    WireSettings Wire,
    CookieSettings Cookies,
    IngressLimits Ingress,
    PeerSettings Peers,
    ContentSettings Content,
    DownloadSettings Downloads,
    RateSettings Limits,
    StorageSettings Storage,
    InspectionSettings Inspection,
    HookSettings Hooks)
{
    // A program that reads its own settings needs no others.
    private static readonly Lazy<NodeSettings> Defaults = new(() => FromConfig(Config.Empty));

    /// <summary>The reference configuration that the library carries: every key with its default.</summary>
    public static Config Reference { get; } = LoadReference();

    /// <summary>The defaults.</summary>
    public static NodeSettings Default => Defaults.Value;

    /// <summary>Whether everything it binds to is loopback: then loopback and private addresses of others are welcome.</summary>
    public bool IsLoopbackOnly => Listen.All(address => address.IsLoopback);

    /// <summary>Reads the <c>cjp2p</c> section of <paramref name="config"/>, with the reference for what it leaves out.</summary>
    /// <exception cref="NodeSettingsException">A key is unknown or a value is impossible; one line names it.</exception>
    public static NodeSettings FromConfig(Config config)
    {
        SettingsReader.RejectUnknownKeys(config, Reference);
        var read = new SettingsReader((config.IsEmpty ? Reference : config.WithFallback(Reference)).GetConfig("cjp2p"));
        var settings = new NodeSettings(
            read.Name("name"),
            read.ListenAddresses("listen"),
            read.Duration("shutdown-timeout", 1, 600),
            new SocketSettings(
                new TransportSettings(
                    (int)read.Bytes("socket.receive-buffer", 16 * 1024, 1 << 30),
                    (int)read.Bytes("socket.send-buffer", 16 * 1024, 1 << 30),
                    read.Count("socket.batch", 1, 64),
                    read.Flag("socket.managed")),
                read.Duration("socket.reopen-min", 0.01, 3600),
                read.Duration("socket.reopen-max", 0.01, 3600)),
            new WireSettings(
                new WireLimits(
                    ElementsMax: read.Count("wire.elements-max", 1, 1024),
                    DepthMax: read.Count("wire.depth-max", 4, JsonCursor.DepthMax),
                    CookieBytesMax: read.Count("wire.cookie-bytes-max", 16, 1024),
                    PeersMax: read.Count("wire.peers-max", 1, 1024),
                    UnknownRawBytesMax: read.Count("wire.unknown-sample-bytes-max", 0, 65_507)),
                read.Count("wire.datagram-bytes-max", 512, 65_507),
                read.Count("wire.unknown-names-max", 0, 65_536)),
            new CookieSettings(
                read.Duration("cookies.rotate", 1, 86_400),
                read.Count("cookies.kept-max", 2, 10_000_000),
                read.Duration("cookies.bare-reply-interval", 0.1, 3600),
                read.Count("cookies.bare-reply-sources-max", 2, 10_000_000)),
            new IngressLimits(
                read.Count("ingress.source-per-second", 1, int.MaxValue),
                read.Count("ingress.source-burst", 1, int.MaxValue),
                read.Count("ingress.strangers-per-second", 1, int.MaxValue),
                read.Count("ingress.strangers-burst", 1, int.MaxValue),
                read.Count("ingress.sources-max", 2, 10_000_000)),
            new PeerSettings(
                read.Addresses("peers.bootstrap"),
                read.Count("peers.peers-max", 1, 10_000_000),
                read.Count("peers.hearsay-max", 0, 1_000_000),
                read.Count("peers.hearsay-per-message-max", 0, 1024),
                read.Count("peers.hearsay-per-round", 0, 1024),
                read.Duration("peers.discovery-min", 0.01, 86_400),
                read.Duration("peers.discovery-max", 0.01, 86_400),
                read.Count("peers.probes-per-round", 0, 1024),
                read.Count("peers.floor", 0, 1_000_000),
                read.Count("peers.enough", 0, 1_000_000),
                read.Duration("peers.probe-after", 0.01, 86_400),
                read.Duration("peers.bootstrap-retry-min", 0.01, 86_400),
                read.Duration("peers.bootstrap-retry-max", 0.01, 86_400),
                read.Count("peers.forget-after-probes", 1, 1000),
                read.Count("peers.reply-peers-max", 0, 256),
                read.Count("peers.actors-max", 1, 1_000_000),
                read.Count("peers.actor-after", 1, 1_000_000),
                read.Duration("peers.actor-idle", 0.1, 86_400),
                read.AutoFlag("peers.allow-loopback"),
                read.AutoFlag("peers.allow-private"),
                read.Duration("peers.save-every", 0.1, 86_400),
                read.Count("peers.remembered-per-round", 0, 1024),
                read.BlockList("peers.blocked"),
                read.Duration("peers.keep-alive", 0, 3600),
                read.Count("peers.keep-alive-peers", 0, 1024),
                read.Flag("peers.lan-discovery"),
                read.Count("peers.lan-port", 1, 65_535),
                read.Duration("peers.lan-every", 0.1, 86_400)),
            new ContentSettings(
                read.Paths("content.shared"),
                read.Text("content.data"),
                read.Flag("content.serve-by-name"),
                read.Count("content.files-max", 0, int.MaxValue),
                read.Duration("content.rescan", 0.1, 86_400),
                read.Duration("content.settle", 0, 3600),
                read.Count("content.open-files-max", 1, 65_536),
                read.Count("content.cached-blocks-max", 1, 65_536),
                read.Count("content.teaser-bytes-max", 1, 4096),
                read.Count("content.ignore-unverified-one-in", 0, int.MaxValue),
                read.Count("content.request-bytes-max", 4096, 48_000),
                read.Count("content.remembered-contents-max", 2, 1_000_000),
                read.Count("content.remembered-sources-max", 1, 1024),
                read.Count("content.blocks-max", 0, 100_000_000)),
            new DownloadSettings(
                read.Count("downloads.running-max", 1, 100_000),
                read.Bytes("downloads.length-max", 0, 1L << 50),
                read.Count("downloads.active-spans-max", 1, 4096),
                read.Count("downloads.span-buffers-max", 1, 65_536),
                read.Count("downloads.flight-max", 1, 65_536),
                read.Count("downloads.window-initial", 1, 65_536),
                read.Count("downloads.window-min", 1, 65_536),
                read.Count("downloads.window-max", 1, 65_536),
                read.Count("downloads.requests-per-datagram-max", 1, 11),
                read.Count("downloads.request-bytes-max", 4096, 40_960),
                new RetryPolicy(
                    read.Duration("downloads.timeout-min", 0.001, 3600),
                    read.Duration("downloads.timeout-unknown", 0.001, 3600),
                    read.Duration("downloads.timeout-max", 0.001, 3600),
                    read.Duration("downloads.pause-min", 0.001, 3600),
                    read.Duration("downloads.pause-max", 0.001, 3600)),
                read.Count("downloads.sources-max", 1, 4096),
                read.Count("downloads.suggested-per-minute", 0, 10_000),
                read.Count("downloads.suggested-max", 0, 10_000),
                read.Count("downloads.suggested-probes-max", 1, 1000),
                read.Count("downloads.search-peers", 0, 1000),
                read.Duration("downloads.stall-after", 0.1, 3600),
                read.Duration("downloads.save-every", 0.1, 3600),
                read.Count("downloads.mismatches-max", 1, 1000),
                read.Duration("downloads.mismatch-pause", 0.1, 86_400),
                read.Duration("downloads.disk-retry", 0.1, 3600),
                read.Duration("downloads.ban-for", 1, 31_536_000),
                read.Bytes("downloads.quota", 0, 1L << 50),
                read.Bytes("downloads.free-floor", 0, 1L << 50)),
            new RateSettings(
                read.Bytes("limits.upload", 0, 1L << 50),
                read.Bytes("limits.download", 0, 1L << 50),
                read.Bytes("limits.peer-upload", 0, 1L << 50),
                read.Hours("limits.quiet-hours"),
                read.Bytes("limits.quiet-upload", 0, 1L << 50),
                read.Bytes("limits.quiet-download", 0, 1L << 50)),
            new StorageSettings(
                read.Duration("storage.write-after", 0.001, 3600),
                read.Count("storage.batch-max", 1, 1_000_000),
                read.Count("storage.waiting-max", 1, 10_000_000),
                read.Duration("storage.retry-after", 0.1, 3600)),
            new InspectionSettings(
                read.Flag("inspection.measure"),
                read.Duration("inspection.answer-timeout", 0.01, 60),
                read.Count("inspection.events-max", 0, 10_000),
                read.Count("inspection.gone-max", 0, 100_000),
                read.Count("inspection.actors-max", 1, 1_000_000),
                read.Count("inspection.taps-max", 0, 1000),
                read.Count("inspection.tap-events-max", 1, 1_000_000),
                read.Count("inspection.tap-per-second-max", 1, 10_000_000),
                read.Count("inspection.tap-text-bytes-max", 0, 65_507),
                read.Duration("inspection.watch-interval-min", 0.001, 60),
                read.Count("inspection.bans-max", 0, 1_000_000),
                read.Duration("inspection.stuck-after", 0.1, 3600),
                read.Count("inspection.traffic-peers-max", 2, 10_000_000)),
            new HookSettings(
                read.Command("hooks.added"),
                read.Command("hooks.complete"),
                read.Count("hooks.running-max", 1, 64),
                read.Count("hooks.waiting-max", 1, 1_000_000),
                read.Duration("hooks.timeout", 0.1, 86_400)));
        read.CheckDispatchersAndMailboxes();
        read.RejectOrder("socket.reopen-min", "socket.reopen-max");
        read.RejectOrder("peers.discovery-min", "peers.discovery-max");
        read.RejectOrder("peers.bootstrap-retry-min", "peers.bootstrap-retry-max");
        read.RejectOrder("downloads.timeout-min", "downloads.timeout-max");
        read.RejectOrder("downloads.pause-min", "downloads.pause-max");
        if (settings.Downloads.WindowMin > settings.Downloads.WindowMax)
            throw new NodeSettingsException("cjp2p.downloads.window-min is larger than cjp2p.downloads.window-max.");
        return settings;
    }

    private static Config LoadReference()
    {
        using var stream = typeof(NodeSettings).Assembly.GetManifestResourceStream("cjp2p.reference.conf")!;
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}

/// <summary>Settings of sockets: <c>cjp2p.socket</c>.</summary>
/// <param name="Transport">What a socket is opened with.</param>
/// <param name="ReopenMin">First wait before a dead socket is opened again.</param>
/// <param name="ReopenMax">Longest wait.</param>
public sealed record SocketSettings(TransportSettings Transport, TimeSpan ReopenMin, TimeSpan ReopenMax);

/// <summary>Limits of the wire: <c>cjp2p.wire</c>.</summary>
/// <param name="Limits">Limits of the reader.</param>
/// <param name="DatagramBytesMax">Payload bytes of a datagram that we send of our own accord.</param>
/// <param name="UnknownNamesMax">Names of unknown messages counted one by one.</param>
public sealed record WireSettings(WireLimits Limits, int DatagramBytesMax, int UnknownNamesMax);

/// <summary>Settings of cookies: <c>cjp2p.cookies</c>.</summary>
/// <param name="Rotate">How long a key is used.</param>
/// <param name="KeptMax">Cookies of others kept.</param>
/// <param name="BareReplyInterval">Least time between two answers to datagrams of cookies alone, for one source.</param>
/// <param name="BareReplySourcesMax">Sources remembered for that.</param>
public sealed record CookieSettings(TimeSpan Rotate, int KeptMax, TimeSpan BareReplyInterval, int BareReplySourcesMax);

/// <summary>Settings of shared content: <c>cjp2p.content</c>; see the reference configuration.</summary>
public sealed record ContentSettings(
    ImmutableArray<string> Shared,
    string Data,
    bool ServeByName,
    int FilesMax,
    TimeSpan Rescan,
    TimeSpan Settle,
    int OpenFilesMax,
    int CachedBlocksMax,
    int TeaserBytesMax,
    int IgnoreUnverifiedOneIn,
    int RequestBytesMax,
    int RememberedContentsMax,
    int RememberedSourcesMax,
    int BlocksMax);

/// <summary>Settings of downloads: <c>cjp2p.downloads</c>; see the reference configuration.</summary>
public sealed record DownloadSettings(
    int RunningMax,
    long LengthMaxBytes,
    int ActiveSpansMax,
    int SpanBuffersMax,
    int FlightMaxChunks,
    int WindowInitial,
    int WindowMin,
    int WindowMax,
    int RequestsPerDatagramMax,
    int RequestBytesMax,
    RetryPolicy Retry,
    int SourcesMax,
    int SuggestedPerMinute,
    int SuggestedMax,
    int SuggestedProbesMax,
    int SearchPeers,
    TimeSpan StallAfter,
    TimeSpan SaveEvery,
    int MismatchesMax,
    TimeSpan MismatchPause,
    TimeSpan DiskRetry,
    TimeSpan BanFor,
    long QuotaBytes,
    long FreeFloorBytes);
