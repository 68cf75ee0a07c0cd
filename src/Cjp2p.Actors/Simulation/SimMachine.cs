using Akka.Actor;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// One machine of the world: a place in the network, a disk, a random source, and one top actor at a time.
/// </summary>
public sealed class SimMachine
{
    private readonly SimWorld _world;
    private SimDisk? _disk;
    private int _incarnation;

    internal SimMachine(SimWorld world, int number, SimHost host)
    {
        _world = world;
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
    /// Chance for what runs on it, from the world's seed and its number alone. A new one after each start, as a process
    /// that was restarted would have.
    /// </summary>
    public Random Random { get; private set; }

    /// <summary>Its place in the network.</summary>
    public SimHost Host { get; }

    /// <summary>Its disk.</summary>
    public SimDisk Disk => _disk ??= new SimDisk(
        _world.Scheduler, SimSeed.Derive(SimSeed.Derive(_world.Seed, SimStreams.Disks), (ulong)Number));

    /// <summary>Opens endpoints on it.</summary>
    public ITransportFactory Transports => Host.Transports;

    /// <summary>The top actor that runs on it, or null.</summary>
    public IActorRef? Actor { get; private set; }

    /// <summary>Switches the machine on, if it is off, and starts its top actor.</summary>
    public IActorRef Start(Props props)
    {
        if (Actor != null)
            throw new InvalidOperationException($"{Name} runs already.");
        var name = _incarnation == 0 ? Name : $"{Name}-{_incarnation + 1}";
        if (_incarnation++ > 0)
            Random = NewRandom();
        Host.SwitchOn();
        return _world.InWorld(context => Actor = SimRootActor.StartChild(context, this, props, name));
    }

    /// <summary>Stops the top actor and all below it, in good order.</summary>
    public void Stop()
    {
        if (Actor is { } actor)
            _world.InWorld(context => context.Stop(actor));
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
        _world.EndBusy(Disk);
        Disk.Crash();
    }

    /// <summary>The top actor has stopped or failed: what was a process has ended.</summary>
    internal void ActorGone()
    {
        Actor = null;
        Host.CloseAll();
    }

    private SimRandom NewRandom() => new(SimSeed.Derive(
        SimSeed.Derive(SimSeed.Derive(_world.Seed, SimStreams.Nodes), (ulong)Number), (ulong)_incarnation));
}
