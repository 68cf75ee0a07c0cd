using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;

namespace Cjp2p.Actors.Tests.Doubles;

/// <summary>
/// Actors of a node on one thread, in time that the test moves, with network and disk in memory: after
/// <see cref="Settle"/> everything that could happen by now has happened, so what is not there then never comes.
/// Errors that a test does not announce with <see cref="ExpectErrors"/> fail it.
/// </summary>
public abstract class NodeSpec : TestKit
{
    private const int StepsMax = 5_000_000;

    private static readonly Config Defaults = ConfigurationFactory.ParseString(
        """
        akka {
          loglevel = INFO
          stdout-loglevel = OFF
          loggers = []
          loggers-dispatcher = "akka.actor.internal-dispatcher"
          log-dead-letters = off
          scheduler.implementation = "Cjp2p.Actors.Tests.Doubles.ManualScheduler, Cjp2p.Actors.Tests"
          actor.default-dispatcher {
            type = "Cjp2p.Actors.Tests.Doubles.TurnDispatcherConfigurator, Cjp2p.Actors.Tests"
            throughput = 1
          }
          test.test-actor.dispatcher.type = "Akka.TestKit.CallingThreadDispatcherConfigurator, Akka.TestKit"
        }
        cjp2p.dispatchers.disk {
          type = "Cjp2p.Actors.Tests.Doubles.TurnDispatcherConfigurator, Cjp2p.Actors.Tests"
          throughput = 1
        }
        cjp2p.dispatchers.storage {
          type = "Cjp2p.Actors.Tests.Doubles.TurnDispatcherConfigurator, Cjp2p.Actors.Tests"
          throughput = 1
        }
        cjp2p.mailboxes.node.mailbox-type = "Cjp2p.Actors.Inspection.NodeMailbox, Cjp2p.Actors"
        """);

    private readonly RecordingRef _log = new("log");
    private readonly List<string> _expectedErrors = [];

    protected NodeSpec(int seed = 1) : base(Defaults, "test")
    {
        Seed = seed;
        Time = (ManualScheduler)Sys.Scheduler;
        Network = new MemoryNetwork(Time);
        Sys.EventStream.Subscribe(_log, typeof(LogEvent));
        Sys.EventStream.Subscribe(_log, typeof(UnhandledMessage));
        Sys.EventStream.Subscribe(_log, typeof(DeadLetter));
        Time.Turns.Take();
    }

    private protected int Seed { get; }

    private protected ManualScheduler Time { get; }

    private protected MemoryNetwork Network { get; }

    private protected MemoryDisk Disk { get; } = new();

    /// <summary>What nodes keep across restarts, where their settings name a data folder.</summary>
    private protected MemoryNodeStates States { get; } = new();

    protected new TimeSpan Now => Time.MonotonicClock;

    /// <summary>Warnings and errors logged so far, one line each.</summary>
    protected IReadOnlyList<string> Warnings =>
        [.. _log.Of<LogEvent>().Where(entry => entry is Warning or Error && entry.LogClass != typeof(DeadLetterListener))
            .Select(entry => entry.Message.ToString()!)];

    /// <summary>Lines of any level logged so far.</summary>
    protected IReadOnlyList<string> LogLines => [.. _log.Of<LogEvent>().Select(entry => entry.Message.ToString()!)];

    /// <summary>Messages that nobody took, those left out that are known to come too late at times.</summary>
    private protected IEnumerable<DeadLetter> DeadLetters => _log.Of<DeadLetter>();

    /// <summary>Runs every actor and everything that is due now, until nothing is left to do.</summary>
    protected void Settle()
    {
        var steps = 0;
        while (Time.Turns.TryRunOne() || Time.FireNext(Now))
        {
            if (++steps > StepsMax)
                Assert.Fail($"it does not come to rest at {Now}");
        }
    }

    /// <summary>
    /// Makes an actor at the top. The guardian, which runs on a thread of its own, puts it into its place; only then does
    /// it do nothing but by <see cref="Settle"/>.
    /// </summary>
    protected IActorRef Top(Props props, string name)
    {
        var actor = (RepointableActorRef)Sys.ActorOf(props, name);
        Assert.True(SpinWait.SpinUntil(() => actor.IsStarted, TimeSpan.FromSeconds(30)), "the guardian does not answer");
        return actor;
    }

    /// <summary>Waits until an actor at the top that <paramref name="probe"/> watches is gone.</summary>
    protected void UntilTerminated(TestProbe probe)
    {
        var isGone = SpinWait.SpinUntil(() =>
        {
            Settle();
            return probe.HasMessages;
        }, TimeSpan.FromSeconds(30));
        Assert.True(isGone, "it does not stop");
        Only<Terminated>(probe);
    }

    /// <summary>Lets time pass, with everything that happens in it.</summary>
    protected void Advance(TimeSpan time) => Until(() => false, time, mustHappen: false);

    protected void AdvanceSeconds(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Lets time pass until something is so; fails when it is not within <paramref name="limit"/> of virtual time.</summary>
    protected void Until(Func<bool> condition, TimeSpan limit, bool mustHappen = true)
    {
        var end = Now + limit;
        Settle();
        while (!condition())
        {
            if (Time.NextDue() is not { } due || due > end)
            {
                Time.MoveTo(end);
                if (mustHappen)
                    Assert.Fail($"it did not happen within {limit}; log: {string.Join("; ", LogLines.TakeLast(20))}");
                return;
            }

            Time.FireNext(due);
            Settle();
        }
    }

    protected void UntilSeconds(double seconds, Func<bool> condition) => Until(condition, TimeSpan.FromSeconds(seconds));

    /// <summary>Errors with this text are part of the test.</summary>
    protected void ExpectErrors(string text) => _expectedErrors.Add(text);

    /// <summary>The names of actors below <paramref name="actor"/>, one a line, in order, each with its path below it.</summary>
    protected static IReadOnlyList<string> TreeBelow(IActorRef actor)
    {
        var lines = new List<string>();
        Walk(((ActorRefWithCell)actor).Underlying, "");
        return lines;

        void Walk(ICell cell, string prefix)
        {
            foreach (var child in cell.ChildrenContainer.Children.OrderBy(child => child.Path.Name, StringComparer.Ordinal))
            {
                lines.Add(prefix + child.Path.Name);
                if (child is ActorRefWithCell local)
                    Walk(local.Underlying, prefix + child.Path.Name + "/");
            }
        }
    }

    /// <summary>The actor below <paramref name="actor"/> at a path as in <see cref="TreeBelow"/>.</summary>
    protected static IActorRef ChildOf(IActorRef actor, string path)
    {
        foreach (var name in path.Split('/'))
            actor = ((ActorRefWithCell)actor).Underlying.ChildrenContainer.Children.Single(child => child.Path.Name == name);
        return actor;
    }

    /// <summary>The one message that a probe was told; it must be there already, and nothing else.</summary>
    protected static T Only<T>(TestProbe probe)
    {
        Assert.True(probe.HasMessages, $"no {typeof(T).Name} was told");
        var message = Assert.IsType<T>(probe.ReceiveOne(TimeSpan.Zero));
        Nothing(probe);
        return message;
    }

    /// <summary>All that a probe was told and has not been looked at.</summary>
    protected static IReadOnlyList<object> All(TestProbe probe)
    {
        var all = new List<object>();
        while (probe.HasMessages)
            all.Add(probe.ReceiveOne(TimeSpan.Zero));
        return all;
    }

    /// <summary>A probe was told nothing: everything is at rest, so nothing is on its way.</summary>
    protected static void Nothing(TestProbe probe) => Assert.Empty(All(probe));

    /// <summary>What the parts of a node share, with this test's network and disk.</summary>
    private protected NodeServices Services(string hocon = "", int seed = 0) => new(
        Settings(hocon), Environment(seed), new NodeClock(Time));

    private protected NodeEnvironment Environment(int seed = 0, MemoryDisk? disk = null) => new(
        Network, disk ?? Disk, new Random(Seed * 1000 + seed), [.. Enumerable.Range(seed, 16).Select(i => (byte)(i * 7 + 1))],
        States: States);

    protected static NodeSettings Settings(string hocon = "") =>
        NodeSettings.FromConfig(hocon.Length == 0 ? Config.Empty : ConfigurationFactory.ParseString(hocon));

    protected static PeerAddress Peer(string text) =>
        PeerAddress.TryParse(text, out var address) ? address : throw new FormatException(text);

    protected static ImmutableArray<PeerAddress> Peers(params string[] texts) => [.. texts.Select(Peer)];

    protected override void AfterAll()
    {
        Time.Turns.LetGo();
        base.AfterAll();
        var unexpected = _log.Of<Error>()
            .Select(error => $"{error.Message} {error.Cause}")
            .Where(error => !_expectedErrors.Exists(expected => error.Contains(expected, StringComparison.Ordinal)));
        Assert.Empty(unexpected);
        Assert.Empty(_log.Of<UnhandledMessage>());
    }
}
