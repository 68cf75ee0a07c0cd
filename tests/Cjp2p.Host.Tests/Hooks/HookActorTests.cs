using System.Collections.Immutable;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Hooks;
using Cjp2p.Host.Tests.Processes;

namespace Cjp2p.Host.Tests.Hooks;

/// <summary>Which command is run when, with no process behind it, in time that the test moves.</summary>
public sealed class HookActorTests : TestKit
{
    private static readonly Config TestTime = ConfigurationFactory.ParseString(
        "akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"");

    private readonly Channel<FakeRun> _started = Channel.CreateUnbounded<FakeRun>();
    private readonly TestProbe _warnings;

    public HookActorTests() : base(TestTime)
    {
        _warnings = CreateTestProbe();
        Sys.EventStream.Subscribe(_warnings, typeof(Warning));
    }

    [Fact]
    public async Task Command_is_run_with_what_happened()
    {
        await StartAsync(Settings());
        Sys.EventStream.Publish(new DownloadProtocol.Finished(Id(1), "/got/1", 7, 7, []));
        var complete = await NextAsync();
        Assert.Equal<string>(["/bin/complete", "x"], complete.Command);
        Assert.Equal(new HookEvent(HookKind.Complete, Id(1).ToString(), "/got/1", 7), complete.Happened);
        Sys.EventStream.Publish(new ContentStoreProtocol.ContentAdded(new SharedFile(Id(2), new FileStat("/shared/2", 8, 0))));
        var added = await NextAsync();
        Assert.Equal<string>(["/bin/added"], added.Command);
        Assert.Equal(new HookEvent(HookKind.Added, Id(2).ToString(), "/shared/2", 8), added.Happened);
    }

    [Fact]
    public async Task As_many_run_as_may_and_one_over_waits_for_its_turn()
    {
        var hooks = await StartAsync(Settings(runningMax: 2));
        Happen(1, 2, 3, 4);
        var first = await NextAsync();
        var second = await NextAsync();
        Assert.Equal((Id(1), Id(2)), (first.Id, second.Id));
        await NothingStartsAsync(hooks);
        second.End(null);
        Assert.Equal(Id(3), (await NextAsync()).Id);
        await NothingStartsAsync(hooks);
        first.End(null);
        Assert.Equal(Id(4), (await NextAsync()).Id);
    }

    [Fact]
    public async Task As_many_wait_as_may_and_one_over_is_dropped_and_told()
    {
        var hooks = await StartAsync(Settings(runningMax: 1, waitingMax: 2));
        Happen(1, 2, 3);
        var first = await NextAsync();
        await HandledAsync(hooks);
        Assert.False(_warnings.HasMessages);

        Happen(4, 5);
        Assert.Equal(
            "2 events wait for their command already (cjp2p.hooks.waiting-max); further ones are dropped", await WarningAsync());
        first.End(null);
        Assert.Equal(Id(2), (await NextAsync(end: true)).Id);
        Assert.Equal(Id(3), (await NextAsync(end: true)).Id);
        Assert.Equal("2 events were dropped without their command being run", await WarningAsync());
        Happen(6);
        Assert.Equal(Id(6), (await NextAsync()).Id);
    }

    [Fact]
    public async Task Command_that_takes_longer_than_it_may_is_killed_and_the_next_has_its_turn()
    {
        var hooks = await StartAsync(Settings(runningMax: 1, timeout: TimeSpan.FromSeconds(60)));
        Happen(1, 2);
        var slow = await NextAsync();
        Advance(59.9);
        await HandledAsync(hooks);
        Assert.False(slow.Killed.IsCompleted);
        Advance(0.2);
        Assert.Equal("it took longer than 60 s and was killed", await slow.Killed.WaitAsync(Cjp2pProcess.Bound));
        slow.End(await slow.Killed);
        Assert.Equal(
            $"The command for hooks.complete of {Id(1)} failed: it took longer than 60 s and was killed", await WarningAsync());
        // Its time counts from its own start, not from what happened.
        var next = await NextAsync();
        Advance(59.8);
        await HandledAsync(hooks);
        Assert.False(next.Killed.IsCompleted);
    }

    [Fact]
    public async Task Command_that_ends_in_time_is_not_killed_later()
    {
        var hooks = await StartAsync(Settings(runningMax: 1, timeout: TimeSpan.FromSeconds(60)));
        Happen(1, 2);
        var run = await NextAsync(end: true);
        await NextAsync();
        Advance(120);
        await HandledAsync(hooks);
        Assert.False(run.Killed.IsCompleted);
    }

    [Fact]
    public async Task What_runs_when_the_node_stops_is_killed_and_what_waits_is_forgotten()
    {
        var hooks = await StartAsync(Settings(runningMax: 2));
        Happen(1, 2, 3);
        var first = await NextAsync();
        var second = await NextAsync();
        Watch(hooks);
        Sys.Stop(hooks);
        Assert.Equal("the node stops, it was killed", await first.Killed.WaitAsync(Cjp2pProcess.Bound));
        Assert.Equal("the node stops, it was killed", await second.Killed.WaitAsync(Cjp2pProcess.Bound));
        await ExpectTerminatedAsync(hooks, Cjp2pProcess.Bound);
        Assert.False(_started.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Exception_while_a_command_runs_costs_that_command_only()
    {
        await StartAsync(Settings(runningMax: 1));
        Happen(1, 2);
        (await NextAsync()).Fail(new IOException("a broken pipe"));
        Assert.Equal($"The command for hooks.complete of {Id(1)} failed: a broken pipe", await WarningAsync());
        Assert.Equal(Id(2), (await NextAsync()).Id);
    }

    [Fact]
    public async Task Other_settings_count_for_what_waits()
    {
        var hooks = await StartAsync(Settings(runningMax: 1));
        Happen(1, 2);
        var first = await NextAsync();
        hooks.Tell(new HookProtocol.Configure(Settings(runningMax: 2) with { Complete = ["/bin/other"] }));
        Happen(3);
        var second = await NextAsync();
        Assert.Equal((Id(2), "/bin/other"), (second.Id, Assert.Single(second.Command)));
        await NothingStartsAsync(hooks);

        // What has no command any more takes no place from what has one.
        hooks.Tell(new HookProtocol.Configure(Settings(runningMax: 2) with { Complete = [] }));
        Sys.EventStream.Publish(new ContentStoreProtocol.ContentAdded(new SharedFile(Id(4), new FileStat("/shared/4", 8, 0))));
        await NothingStartsAsync(hooks);
        first.End(null);
        var last = await NextAsync();
        Assert.Equal((Id(4), HookKind.Added), (last.Id, last.Happened.Kind));
    }

    private static HookSettings Settings(int runningMax = 5, int waitingMax = 100, TimeSpan? timeout = null) =>
        new(["/bin/added"], ["/bin/complete", "x"], runningMax, waitingMax, timeout ?? TimeSpan.FromMinutes(1));

    private static ContentId Id(int number) => ContentId.FromSha256(Sha256Digest.FromBytes([.. Enumerable.Repeat((byte)number, 32)]));

    private async Task<IActorRef> StartAsync(HookSettings settings)
    {
        var hooks = Sys.ActorOf(HookActor.Props(settings, RunAsync), HookActor.Name);
        // It has subscribed by then.
        await HandledAsync(hooks);
        return hooks;
    }

    private void Happen(params int[] numbers)
    {
        foreach (var number in numbers)
            Sys.EventStream.Publish(new DownloadProtocol.Finished(Id(number), $"/got/{number}", 1, 1, []));
    }

    private void Advance(double seconds) => ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Returns when the actor has dealt with everything that it was told before.</summary>
    private static async Task HandledAsync(IActorRef hooks) => await hooks.Ask<ActorIdentity>(new Identify(null), Cjp2pProcess.Bound);

    private async Task NothingStartsAsync(IActorRef hooks)
    {
        await HandledAsync(hooks);
        Assert.False(_started.Reader.TryRead(out _));
    }

    private async Task<FakeRun> NextAsync(bool end = false)
    {
        var next = await _started.Reader.ReadAsync().AsTask().WaitAsync(Cjp2pProcess.Bound);
        if (end)
            next.End(null);
        return next;
    }

    private async Task<string> WarningAsync() => (await _warnings.ExpectMsgAsync<Warning>(Cjp2pProcess.Bound)).Message.ToString()!;

    private Task<string?> RunAsync(ImmutableArray<string> command, RunningHook running)
    {
        var run = new FakeRun(command, running);
        Assert.True(_started.Writer.TryWrite(run));
        return run.Ended;
    }

    /// <summary>A command that ends when the test says so.</summary>
    private sealed class FakeRun
    {
        private readonly TaskCompletionSource<string?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<string> _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public FakeRun(ImmutableArray<string> command, RunningHook running)
        {
            Command = command;
            Happened = running.Happened;
            running.Killed.Register(() => _killed.SetResult(running.Reason));
        }

        public ImmutableArray<string> Command { get; }

        public HookEvent Happened { get; }

        public ContentId Id => ContentId.TryParse(Happened.Id, out var id) ? id : throw new FormatException(Happened.Id);

        public Task<string> Killed => _killed.Task;

        public Task<string?> Ended => _end.Task;

        public void End(string? problem) => _end.SetResult(problem);

        public void Fail(Exception why) => _end.SetException(why);
    }
}
