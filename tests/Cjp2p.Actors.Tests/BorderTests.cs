using System.Net.Sockets;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests;

/// <summary>The borders of docs/architecture.md: who may know whom. (Those of the wire language are in ProtocolBorderTests.)</summary>
public sealed class BorderTests
{
    private const string Root = "Cjp2p.Actors.";

    private static readonly Architecture Code =
        new ArchLoader().LoadAssemblies(typeof(NodeActor).Assembly, typeof(BorderTests).Assembly).Build();

    private static readonly IType[] Ours =
        [.. Code.Types.Where(type => In(type, Root) && !In(type, Root + "Tests."))];

    // Rules without actors: bytes, numbers and records in, bytes, numbers and records out.
    private static readonly System.Type[] Pure =
    [
        typeof(CookieIssuer), typeof(PingIssuer), typeof(ReplyBudget), typeof(SipHash), typeof(TwoGenerationMap<,>), typeof(CookieJar),
        typeof(AddressPolicy), typeof(PeerTable), typeof(PeerIndex), typeof(PeerRecord), typeof(PeerSettings), typeof(RoundTripTime),
        typeof(BlockMap), typeof(ChunkSet), typeof(EofVote), typeof(FlightBudget), typeof(PartialContent), typeof(RetryPolicy),
        typeof(SourceMemory), typeof(SpanBufferPool), typeof(SpanGeometry), typeof(SpanOutcome), typeof(SpanState),
        typeof(TransferWindow), typeof(ContentCatalog), typeof(IDisk), typeof(BlockCache),
        typeof(IngressLimiter), typeof(TokenBucket), typeof(Backlog), typeof(WireCounters), typeof(UnknownMessages), typeof(ITransport),
        typeof(SuspectLedger), typeof(HashList), typeof(SpanMarks), typeof(DiskQuota), typeof(RateLimits), typeof(RateSettings), typeof(QuietHours), typeof(PeerKeeper), typeof(StateSchema), typeof(StateBatch), typeof(StateChange), typeof(StoredState), typeof(INodeState), typeof(MemoryNodeStates),
    ];

    [Fact]
    public void Pure_rules_know_no_akka()
    {
        var pure = Pure.Select(type => Ours.Single(one => one.FullName == type.FullName)).ToArray();
        Assert.Equal(Pure.Length, pure.Length);
        Assert.Empty(Violations(pure, target => target.StartsWith("Akka.", StringComparison.Ordinal)));
    }

    [Fact]
    public void Anti_spoofing_knows_nothing_of_the_node_but_the_wire_language() =>
        Assert.Empty(Violations(
            Ours.Where(type => In(type, Root + "AntiSpoof.")),
            target => target.StartsWith(Root, StringComparison.Ordinal)
                && !target.StartsWith(Root + "AntiSpoof.", StringComparison.Ordinal)
                && !target.StartsWith(Root + "Protocol.", StringComparison.Ordinal)));

    [Fact]
    public void Only_transports_touch_sockets() =>
        Assert.Empty(Violations(
            Ours.Where(type => !In(type, Root + "Transport.")),
            target => target.StartsWith("System.Net.Sockets.", StringComparison.Ordinal)));

    // Exceptions, paths and streams in memory are no files.
    [Fact]
    public void Only_the_real_disk_touches_files() =>
        Assert.Empty(Violations(
            Ours.Where(type => !IsRealDisk(type)),
            target => (target.StartsWith("System.IO.", StringComparison.Ordinal)
                    && !target.EndsWith("Exception", StringComparison.Ordinal)
                    && target is not ("System.IO.Path" or "System.IO.MemoryStream" or "System.IO.Stream" or "System.IO.StreamReader" or "System.IO.TextReader"))
                || target == "Microsoft.Win32.SafeHandles.SafeFileHandle"));

    [Fact]
    public void Only_the_environment_of_a_node_knows_the_real_disk_and_the_real_sockets()
    {
        var real = Ours.Where(type => IsRealDisk(type) || type.FullName == typeof(UdpTransportFactory).FullName).Select(type => type.FullName).ToHashSet();
        Assert.Empty(Violations(
            Ours.Where(type => type.FullName != typeof(NodeEnvironment).FullName && !IsRealDisk(type) && !In(type, Root + "Transport.")),
            real.Contains));
    }

    [Fact]
    public void Actors_do_not_know_the_simulation() =>
        Assert.Empty(Violations(
            Ours.Where(type => !In(type, Root + "Simulation.")),
            target => target.StartsWith(Root + "Simulation.", StringComparison.Ordinal)));

    [Fact]
    public void Actors_do_not_know_how_they_are_hosted() =>
        Assert.Empty(Violations(
            Ours.Where(type => !In(type, Root + "Hosting.")),
            target => target.StartsWith(Root + "Hosting.", StringComparison.Ordinal)
                || target.StartsWith("Akka.Hosting.", StringComparison.Ordinal)
                || target.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
                || target.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)));

    [Fact]
    public void Rules_see_what_they_forbid()
    {
        var trespasser = Code.Types.Single(type => type.Name == nameof(BorderTrespasser));
        var found = Violations([trespasser], _ => true).ToArray();
        Assert.Contains(found, line => line.EndsWith("Akka.Actor.IActorRef", StringComparison.Ordinal));
        Assert.Contains(found, line => line.EndsWith("System.Net.Sockets.Socket", StringComparison.Ordinal));
        Assert.Contains(found, line => line.EndsWith("System.IO.File", StringComparison.Ordinal));
        Assert.Contains(found, line => line.EndsWith("Cjp2p.Actors.Content.RealDisk", StringComparison.Ordinal));
    }

    private static bool In(IType type, string prefix) => type.FullName.StartsWith(prefix, StringComparison.Ordinal);

    // RealDisk, RealDiskFile, RealFolderWatch, LinuxFiles, the database, and what is nested in them.
    private static bool IsRealDisk(IType type) =>
        In(type, Root + "Content.Real") || In(type, Root + "Storage.Sqlite") || In(type, Root + "Content.LinuxFiles") || In(type, Root + "Content.FileLook") || In(type, Root + "Content.FileKind");

    private static IEnumerable<string> Violations(IEnumerable<IType> types, Func<string, bool> isForbidden) => types
        .SelectMany(type => type.Dependencies.Select(dependency => (type.FullName, Target: dependency.Target.FullName)))
        .Where(dependency => isForbidden(dependency.Target))
        .Distinct()
        .Select(dependency => $"{dependency.FullName} -> {dependency.Target}");

    /// <summary>Does what must not be done, so that the rules are seen to see it. Never run.</summary>
    private sealed class BorderTrespasser(Akka.Actor.IActorRef actor, RealDisk disk)
    {
        public object Disk { get; } = disk;

        public void Trespass(Socket socket)
        {
            actor.GetHashCode();
            socket.Dispose();
            File.Delete("/nonexistent");
        }
    }
}
