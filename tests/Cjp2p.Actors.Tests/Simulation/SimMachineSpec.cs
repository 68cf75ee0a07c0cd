using Akka.Actor;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Simulation;

public sealed class SimMachineSpec
{
    [Fact]
    public void A_crash_silences_the_actors_keeps_the_flushed_part_of_the_disk_and_frees_the_port()
    {
        using var world = new SimWorld();
        var (machine, other) = (world.AddMachine(), world.AddMachine());
        var sink = new RecordingSink(world);
        using var listener = other.Transports.Open(PeerAddress.FromIPv4(0, 1), new TransportSettings());
        listener.Start(sink);
        var target = other.Host.Address.WithPort(1);

        var first = machine.Start(Props.Create(() => new Node(machine, target)));
        world.Step();
        first.Tell("say hello");
        world.Drive(10);
        Assert.Equal(["hello"], sink.Texts);

        machine.Crash();
        world.Drive(10);
        Assert.Null(machine.Actor);
        Assert.Equal(["hello"], sink.Texts);
        Assert.Equal("kept"u8.ToArray(), machine.Disk.ReadSmall("/kept", 10));
        Assert.Null(machine.Disk.ReadSmall("/last-words", 10));

        machine.Start(Props.Create(() => new Node(machine, target))).Tell("say hello");
        world.Drive(10);
        Assert.Equal(["hello", "hello"], sink.Texts);
        Assert.Empty(world.Failures);
    }

    [Fact]
    public void A_machine_that_is_stopped_in_good_order_has_its_last_words()
    {
        using var world = new SimWorld();
        var (machine, other) = (world.AddMachine(), world.AddMachine());
        var sink = new RecordingSink(world);
        using var listener = other.Transports.Open(PeerAddress.FromIPv4(0, 1), new TransportSettings());
        listener.Start(sink);
        var target = other.Host.Address.WithPort(1);
        machine.Start(Props.Create(() => new Node(machine, target)));
        machine.Stop();
        world.Drive(10);
        Assert.Equal(["goodbye"], sink.Texts);
        Assert.Equal("x"u8.ToArray(), machine.Disk.ReadSmall("/last-words", 10));
    }

    [Fact]
    public void An_actor_that_fails_leaves_no_endpoint_open()
    {
        using var world = new SimWorld();
        var machine = world.AddMachine();
        var target = world.AddMachine().Host.Address.WithPort(1);
        var props = Props.Create(() => new Node(machine, target));
        machine.Start(props).Tell("fail");
        world.Step();
        Assert.Single(world.Failures);
        machine.Start(props);
        Assert.NotNull(machine.Actor);
        Assert.Single(world.Failures);
    }

    [Fact]
    public void A_crash_can_come_from_a_callback_in_the_middle_of_a_run_and_the_machine_be_started_again_from_another()
    {
        using var world = new SimWorld();
        var machine = world.AddMachine();
        var target = world.AddMachine().Host.Address.WithPort(1);
        machine.Start(Props.Create(() => new Node(machine, target)));
        world.After(TimeSpan.FromSeconds(1), machine.Crash);
        world.After(TimeSpan.FromSeconds(2), () => machine.Start(Props.Create(() => new Node(machine, target))));
        world.RunFor(TimeSpan.FromSeconds(1.5));
        Assert.Null(machine.Actor);
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.NotNull(machine.Actor);
        Assert.Equal(0, world.ForeignTouches);
    }

    [Fact]
    public void An_actor_pays_for_a_slow_disk_between_its_messages_and_others_do_not()
    {
        using var world = new SimWorld();
        var machine = world.AddMachine();
        machine.Disk.Settings = new SimDiskSettings
        {
            TimePerOperation = TimeSpan.FromMilliseconds(8),
            BytesPerSecond = 1_000_000,
        };
        var done = new List<double>();
        var slow = machine.Start(Props.Create(() => new Writer(machine.Disk, done)).WithDispatcher("cjp2p.dispatchers.disk"));
        var other = world.Spawn(Props.Create(() => new Writer(world.AddMachine().Disk, done)));
        for (var i = 0; i < 4; i++)
            slow.Tell(2_000);
        other.Tell(1);
        world.Drive(100);

        // 2,000 bytes are 2 ms, the write 8 and its flush 8: every message 18 ms after the one before.
        Assert.Equal([0, 0, 18, 36, 54], done);
        Assert.Equal(TimeSpan.FromMilliseconds(72), machine.Disk.Counters.BusyTime);
    }

    [Fact]
    public void An_actor_that_was_idle_for_longer_than_it_had_to_pay_is_not_delayed()
    {
        using var world = new SimWorld();
        var machine = world.AddMachine();
        machine.Disk.Settings = new SimDiskSettings { TimePerOperation = TimeSpan.FromMilliseconds(10) };
        var done = new List<double>();
        var slow = machine.Start(Props.Create(() => new Writer(machine.Disk, done)).WithDispatcher("cjp2p.dispatchers.disk"));
        foreach (var atMs in (int[])[0, 5, 100])
            world.After(TimeSpan.FromMilliseconds(atMs), () => slow.Tell(1));
        world.Drive(100);

        // The first keeps the disk busy until 20, which the second feels and the third does not.
        Assert.Equal([0, 20, 100], done);
    }

    [Fact]
    public void A_crash_does_not_wait_for_a_slow_disk()
    {
        using var world = new SimWorld();
        var machine = world.AddMachine();
        machine.Disk.Settings = new SimDiskSettings { TimePerOperation = TimeSpan.FromHours(1) };
        var done = new List<double>();
        var slow = machine.Start(Props.Create(() => new Writer(machine.Disk, done)).WithDispatcher("cjp2p.dispatchers.disk"));
        slow.Tell(1);
        slow.Tell(1);
        world.RunFor(TimeSpan.FromSeconds(1));
        machine.Crash();
        Assert.Null(machine.Actor);
        Assert.Equal([0], done);
        world.RunFor(TimeSpan.FromHours(2));
        Assert.Equal([0], done);
    }

    private sealed class Node(SimMachine machine, PeerAddress target) : UntypedActor
    {
        private ITransport _transport = null!;

        protected override void PreStart()
        {
            _transport = machine.Transports.Open(PeerAddress.FromIPv4(0, 24254), new TransportSettings());
            machine.Disk.WriteSmall("/kept", "kept"u8);
        }

        protected override void PostStop()
        {
            Send("goodbye"u8);
            _transport.Dispose();
            try
            {
                machine.Disk.WriteSmall("/last-words", "x"u8);
            }
            catch (IOException)
            {
                // The machine has crashed.
            }
        }

        protected override void OnReceive(object message)
        {
            if (message is "fail")
            {
                _transport = machine.Transports.Open(PeerAddress.FromIPv4(0, 24255), new TransportSettings());
                throw new InvalidOperationException("as asked");
            }

            Send("hello"u8);
        }

        private void Send(ReadOnlySpan<byte> text)
        {
            using var batch = _transport.RentSendBatch();
            text.CopyTo(batch.Reserve(text.Length));
            batch.Commit(target, text.Length);
        }
    }

    private sealed class Writer(SimDisk disk, List<double> done) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            done.Add(Context.System.Scheduler.MonotonicClock.TotalMilliseconds);
            disk.WriteSmall("/x", new byte[(int)message]);
        }
    }
}
