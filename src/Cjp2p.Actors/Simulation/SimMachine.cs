using Akka.Actor;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// One machine of the world: a place in the network, a disk, a random source, and one top actor at a time.
/// </summary>
public sealed class SimMachine
{
    private SimDisk? _disk;
    private SimNodeClock? _clock;
    private int _starts;

    internal SimMachine(SimWorld world, int number, SimHost host)
    {
        World = world;
        Number = number;
        Host = host;
        Name = $"n{number}";
        Random = NewRandom();
    }

    /// <summary>Its number in the world, from 0.</summary>
    public int Number { get; }

    /// <summary>Its name in the world: <c>n0</c>, <c>n1</c>, ...</summary>
    public string Name { get; }

    /// <summary>
    /// Chance for what runs on it, from the world's seed and its number alone. A new one as soon as its top actor is gone,
    /// as a process that is started again would have.
    /// </summary>
    public Random Random { get; private set; }

    /// <summary>Its place in the network.</summary>
    public SimHost Host { get; }

    /// <summary>Its disk.</summary>
    public SimDisk Disk => _disk ??= new SimDisk(
        World.Scheduler, SimSeed.Derive(SimSeed.Derive(World.Seed, SimStreams.Disks), (ulong)Number));

    /// <summary>Opens endpoints on it.</summary>
    public ITransportFactory Transports => Host.Transports;

    /// <summary>The top actor that runs on it, or null.</summary>
    public IActorRef? Actor { get; private set; }

    /// <summary>The clock that a node on it sees; the world's, as long as nobody made it go wrong.</summary>
    public NodeClock Clock => OwnClock;

    /// <summary>
    /// How much its clock gains on the world's, as a share: 0.0001 is a second in 10,000; negative, it loses. Set at any
    /// time; what it shows now stays.
    /// </summary>
    public double ClockDrift
    {
        get => _clock?.Drift ?? 0;
        set => OwnClock.Drift = value;
    }

    internal SimWorld World { get; }

    /// <summary>What the parts of the node that runs here share; null: no node does, or it was not made by this machine.</summary>
    internal NodeServices? Services { get; private set; }

    /// <summary>Rules that a node that is started from now on breaks, for tests of the simulator.</summary>
    internal NodeMutations Mutations { get; set; } = NodeMutations.None;

    private SimNodeClock OwnClock => _clock ??= new SimNodeClock(World.Scheduler);

    /// <summary>
    /// Its clock is set: the time of day jumps by this much, forward or back. The monotonic clock jumps forward too, as
    /// after a sleep, and never runs back.
    /// </summary>
    public void JumpClock(TimeSpan by) => OwnClock.Jump(by);

    /// <summary>What a node that runs on it is made of: its endpoints, its disk, its chance, its clock, and a secret.</summary>
    /// <param name="buffers">Buffers of spans that nodes of the world share; null: a pool of its own.</param>
    public NodeEnvironment NewNodeEnvironment(SpanBufferPool? buffers = null)
    {
        var secret = new byte[CookieIssuer.SecretBytes];
        Random.NextBytes(secret);
        return new NodeEnvironment(Transports, Disk, Random, [.. secret], buffers)
        {
            Clock = Clock,
            Mutations = Mutations,
            ReaderFor = World.ReaderFor,
            DeriveRandom = SimRandom.Derived,
            Made = services => Services = services,
        };
    }

    /// <summary>Switches the machine on, if it is off, and starts a whole node.</summary>
    public IActorRef StartNode(NodeSettings settings, SpanBufferPool? buffers = null) =>
        Start(NodeActor.Props(settings, NewNodeEnvironment(buffers)));

    /// <summary>Switches the machine on, if it is off, and starts its top actor.</summary>
    public IActorRef Start(Props props)
    {
        if (Actor != null)
            throw new InvalidOperationException($"{Name} runs already.");
        var name = _starts++ == 0 ? Name : $"{Name}-{_starts}";
        Host.SwitchOn();
        Host.IsNode = props.Type == typeof(NodeActor);
        return World.InWorld(context => Actor = SimRootActor.StartChild(context, this, props, name));
    }

    /// <summary>Stops the top actor and all below it, in good order.</summary>
    public void Stop()
    {
        if (Actor is { } actor)
            World.InWorld(context => context.Stop(actor));
    }

    /// <summary>
    /// The power goes: endpoints are dead at once, the disk takes nothing more, the actors are gone without having said
    /// anything to anybody, and the disk holds what a crash leaves. The machine is off until it is started again.
    /// </summary>
    public void Crash()
    {
        Host.SwitchOff();
        Disk.Die();
        Stop();

        // Only now: whoever still waits for the disk finds first that it has to stop.
        World.EndBusy(Disk);
        Disk.Crash();
    }

    /// <summary>The top actor has stopped or failed: what was a process has ended.</summary>
    internal void ActorGone()
    {
        Actor = null;
        Services = null;
        Random = NewRandom();
        Host.CloseAll();
    }

    private SimRandom NewRandom() => new(SimSeed.Derive(
        SimSeed.Derive(SimSeed.Derive(World.Seed, SimStreams.Nodes), (ulong)Number), (ulong)_starts));
}
