using Akka.Actor;
using Akka.Event;
using Cjp2p.Actors.Simulation;

namespace Cjp2p.Actors.Tests.Simulation;

[Collection(MeasuresTheProcess.Name)]
public sealed class SimWorldSpec
{
    [Fact]
    public void An_hour_of_timers_passes_in_order_and_at_exact_times()
    {
        using var world = new SimWorld();
        var seen = new List<(double Seconds, string What)>();
        world.Spawn(Props.Create(() => new Ticker(TimeSpan.FromMinutes(20), "a", seen)));
        world.Spawn(Props.Create(() => new Ticker(TimeSpan.FromMinutes(30), "b", seen)));
        world.RunFor(TimeSpan.FromHours(1));

        // At 3600 b comes first: it was put back earlier (at 1800) than a (at 2400).
        Assert.Equal([(1200, "a"), (1800, "b"), (2400, "a"), (3600, "b"), (3600, "a")], seen);
        Assert.Equal(TimeSpan.FromHours(1), world.Now);
        Assert.Equal(5, world.Steps);
        Assert.Equal(0, world.ForeignTouches);
    }

    [Fact]
    public void Nothing_runs_unless_the_world_is_driven()
    {
        using var world = new SimWorld();
        var seen = new List<object>();
        var actor = world.Spawn(Props.Create(() => new Recorder(seen)));
        actor.Tell("hello");
        Assert.Empty(seen);
        Assert.False(world.Step());
        Assert.Equal(["hello"], seen);
    }

    [Fact]
    public void A_chain_of_a_hundred_thousand_hops_needs_no_stack()
    {
        using var world = new SimWorld();
        var ring = world.InWorld(context =>
        {
            var actors = new IActorRef[10];
            for (var i = 0; i < actors.Length; i++)
            {
                var next = (i + 1) % actors.Length;
                actors[i] = context.ActorOf(Props.Create(() => new Hop(actors, next)));
            }

            return actors;
        });
        ring[0].Tell(100_000);
        world.Drive(1);
        Assert.InRange(world.Turns, 100_000, 100_100);
    }

    [Fact]
    public void Actors_that_tell_each_other_without_end_are_reported_with_seed_and_step()
    {
        using var world = new SimWorld(new SimWorldSettings { Seed = 42, TurnsPerStepMax = 1000 });
        var actors = new IActorRef[2];
        world.InWorld(context =>
        {
            actors[0] = context.ActorOf(Props.Create(() => new Hop(actors, 1)));
            actors[1] = context.ActorOf(Props.Create(() => new Hop(actors, 0)));
        });
        actors[0].Tell(1_000_000);
        var stuck = Assert.Throws<SimulationStuckException>(() => world.Step());
        Assert.Contains("seed 42", stuck.Message, StringComparison.Ordinal);
        Assert.Contains("step 0", stuck.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Timers_without_delay_that_never_end_are_reported()
    {
        using var world = new SimWorld(new SimWorldSettings { StepsPerInstantMax = 100 });
        void Again() => world.After(TimeSpan.Zero, Again);
        Again();
        Assert.Throws<SimulationStuckException>(() => world.RunFor(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Drive_passes_with_just_enough_steps_and_fails_with_one_less()
    {
        void Drive(int stepsMax)
        {
            using var world = new SimWorld();
            for (var i = 0; i < 10; i++)
                world.After(TimeSpan.FromSeconds(i), () => { });
            world.Drive(stepsMax);
        }

        Drive(10);
        Assert.Throws<SimulationStuckException>(() => Drive(9));
    }

    [Fact]
    public void RunUntil_stops_at_the_step_that_made_it_true_or_at_the_limit()
    {
        using var world = new SimWorld();
        var done = false;
        world.After(TimeSpan.FromSeconds(5), () => done = true);
        world.After(TimeSpan.FromSeconds(6), () => { });
        Assert.True(world.RunUntil(() => done, TimeSpan.FromSeconds(10)));
        Assert.Equal(TimeSpan.FromSeconds(5), world.Now);
        Assert.False(world.RunUntil(() => false, TimeSpan.FromSeconds(10)));
        Assert.Equal(TimeSpan.FromSeconds(15), world.Now);
    }

    [Fact]
    public void RunToStep_stops_there_with_every_actor_to_be_asked()
    {
        using var world = new SimWorld();
        var seen = new List<(double, string)>();
        world.Spawn(Props.Create(() => new Ticker(TimeSpan.FromSeconds(1), "t", seen)));
        Assert.True(world.RunToStep(7));
        Assert.Equal(7, world.Steps);
        Assert.Equal(7, seen.Count);
        var asked = world.Spawn(Props.Create(() => new Recorder(new List<object>())));
        Assert.Equal("you said hi", world.Ask<string>(asked, "hi"));
        Assert.Equal(7, world.Steps);
    }

    [Fact]
    public void Children_of_a_stopped_actor_stop_in_the_order_of_their_names()
    {
        using var world = new SimWorld();
        var stopped = new List<string>();
        var names = Enumerable.Range(0, 100).Select(i => $"child-{i * 7919 % 100:00}").ToArray();
        var parent = world.Spawn(Props.Create(() => new Family(names, stopped)));
        parent.Tell(PoisonPill.Instance);
        world.Step();
        Assert.Equal(names.Order(StringComparer.Ordinal), stopped);
    }

    [Fact]
    public void Children_of_an_actor_that_restarts_stop_in_the_order_of_their_names()
    {
        using var world = new SimWorld();
        var stopped = new List<string>();
        var names = Enumerable.Range(0, 100).Select(i => $"child-{i * 7919 % 100:00}").ToArray();
        var grandparent = world.Spawn(Props.Create(() => new Guard(Props.Create(() => new Family(names, stopped)))));
        grandparent.Tell("fail");
        world.Step();
        Assert.Equal(names.Order(StringComparer.Ordinal), stopped);
    }

    [Fact]
    public void Random_source_of_a_machine_depends_on_seed_and_number_only()
    {
        static int[] Draw(ulong seed, int machines, int number)
        {
            using var world = new SimWorld(new SimWorldSettings { Seed = seed });
            for (var i = 0; i < machines; i++)
                world.AddMachine();
            return [.. Enumerable.Range(0, 20).Select(_ => world.Machines[number].Random.Next())];
        }

        Assert.Equal(Draw(7, 2, 1), Draw(7, 5, 1));
        Assert.NotEqual(Draw(7, 2, 1), Draw(8, 2, 1));
        Assert.NotEqual(Draw(7, 2, 1), Draw(7, 2, 0));
    }

    [Fact]
    public void A_machine_whose_actor_fails_is_down_and_the_failure_is_kept()
    {
        using var world = new SimWorld();
        var machine = world.AddMachine();
        var random = machine.Random;
        machine.Start(Props.Create(() => new Hop(Array.Empty<IActorRef>(), 0))).Tell(1);
        world.Step();
        Assert.Null(machine.Actor);
        var failure = Assert.Single(world.Failures);
        Assert.Equal("n0", failure.Actor);
        Assert.IsType<IndexOutOfRangeException>(failure.Cause);

        // The next process has chance of its own.
        Assert.NotSame(random, machine.Random);
        machine.Start(Props.Create(() => new Recorder(new List<object>())));
        Assert.NotNull(machine.Actor);
        machine.Stop();
        Assert.Null(machine.Actor);
    }

    [Fact]
    public void Log_lines_are_kept_in_order_with_virtual_time_and_step()
    {
        using var world = new SimWorld(new SimWorldSettings { LogLevel = LogLevel.InfoLevel, LogLinesMax = 2 });
        var actor = world.Spawn(Props.Create(() => new Talker()), "talker");
        foreach (var word in (string[])["one", "two", "three"])
            world.After(TimeSpan.FromSeconds(1), () => actor.Tell(word));
        world.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(["heard two", "heard three"], world.Log.Select(line => line.Text));
        var last = world.Log.Last();
        Assert.Equal((TimeSpan.FromSeconds(1), 3L, LogLevel.InfoLevel), (last.At, last.Step, last.Level));
        Assert.Contains("talker", last.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_threads_can_not_drive_one_world()
    {
        using var world = new SimWorld();
        Exception? caught = null;
        world.After(TimeSpan.Zero, () =>
        {
            var thread = new Thread(() => caught = Record.Exception(() => world.Step()));
            thread.Start();
            thread.Join();
        });
        world.Step();
        Assert.IsType<InvalidOperationException>(caught);
    }

    [Fact]
    public void An_actor_can_not_drive_its_world()
    {
        using var world = new SimWorld();
        Exception? caught = null;
        world.InWorld(_ => { caught = Record.Exception(() => world.RunFor(TimeSpan.FromSeconds(1))); });
        Assert.IsType<InvalidOperationException>(caught);
        world.RunFor(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_hundred_worlds_leave_no_memory_and_no_thread()
    {
        static void OneWorld(int seed)
        {
            using var world = new SimWorld(new SimWorldSettings { Seed = (ulong)seed });
            var seen = new List<(double, string)>();
            for (var i = 0; i < 100; i++)
                world.AddMachine().Start(Props.Create(() => new Ticker(TimeSpan.FromSeconds(1), "t", seen)));
            world.RunFor(TimeSpan.FromSeconds(3));
            Assert.Equal(300, seen.Count);
        }

        for (var i = 0; i < 10; i++)
            OneWorld(i);
        var bytesBefore = GC.GetTotalMemory(forceFullCollection: true);
        var threadsBefore = System.Diagnostics.Process.GetCurrentProcess().Threads.Count;
        for (var i = 0; i < 100; i++)
            OneWorld(i);
        var bytesAfter = GC.GetTotalMemory(forceFullCollection: true);
        var threadsAfter = System.Diagnostics.Process.GetCurrentProcess().Threads.Count;

        // One world with its 100 actors is some 200 KB: if worlds stayed, this would be 20 MB.
        Assert.InRange(bytesAfter - bytesBefore, long.MinValue, 1_000_000);
        Assert.InRange(threadsAfter, 0, threadsBefore + 4);
    }

    [Fact]
    public void An_idle_actor_takes_less_than_a_kilobyte()
    {
        const int Actors = 20_000;
        using var world = new SimWorld();
        var props = Props.Create(() => new Talker());
        world.InWorld(context => { context.ActorOf(props); });
        var bytesBefore = GC.GetTotalMemory(forceFullCollection: true);
        world.InWorld(context =>
        {
            for (var i = 0; i < Actors; i++)
                context.ActorOf(props);
        });
        var bytesEach = (GC.GetTotalMemory(forceFullCollection: true) - bytesBefore) / Actors;

        // With Akka's own mailbox it is 1,700.
        Assert.InRange(bytesEach, 300, 1_000);
    }

    private sealed class Ticker : UntypedActor, IWithTimers
    {
        private readonly TimeSpan _interval;
        private readonly string _name;
        private readonly List<(double, string)> _seen;

        public Ticker(TimeSpan interval, string name, List<(double, string)> seen)
        {
            _interval = interval;
            _name = name;
            _seen = seen;
        }

        public ITimerScheduler Timers { get; set; } = null!;

        protected override void PreStart() => Timers.StartPeriodicTimer("tick", "tick", _interval);

        protected override void OnReceive(object message) =>
            _seen.Add((Context.System.Scheduler.MonotonicClock.TotalSeconds, _name));
    }

    private sealed class Recorder(List<object> seen) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            seen.Add(message);
            Sender.Tell($"you said {message}");
        }
    }

    private sealed class Hop(IActorRef[] actors, int next) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is int left and > 0)
                actors[next].Tell(left - 1);
        }
    }

    private sealed class Talker : UntypedActor
    {
        private readonly ILoggingAdapter _log = Context.GetLogger();

        protected override void OnReceive(object message) => _log.Info("heard {0}", message);
    }

    private sealed class Family(string[] names, List<string> stopped) : UntypedActor
    {
        protected override void PreStart()
        {
            foreach (var name in names)
                Context.Watch(Context.ActorOf(Props.Create(() => new Child(stopped)), name));
        }

        protected override void PostRestart(Exception reason)
        {
        }

        protected override void OnReceive(object message)
        {
            if (message is "fail")
                throw new InvalidOperationException("as asked");
        }
    }

    private sealed class Child(List<string> stopped) : UntypedActor
    {
        protected override void PostStop() => stopped.Add(Self.Path.Name);

        protected override void OnReceive(object message) => Unhandled(message);
    }

    private sealed class Guard(Props child) : UntypedActor
    {
        private IActorRef _child = ActorRefs.Nobody;

        protected override void PreStart() => _child = Context.ActorOf(child, "child");

        protected override void OnReceive(object message) => _child.Forward(message);
    }
}
