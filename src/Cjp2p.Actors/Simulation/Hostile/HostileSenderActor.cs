using Akka.Actor;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>A hostile process that sends without being asked, ten turns a second, until it is stopped.</summary>
internal sealed class HostileSenderActor(SimMachine machine, HostileScript script)
    : UntypedActor, IWithTimers, IDatagramSink, IHostileMouth
{
    private static readonly TimeSpan TurnEvery = TimeSpan.FromMilliseconds(100);

    private readonly Random _random = machine.Random;
    private ITransport? _transport;

    public ITimerScheduler Timers { get; set; } = null!;

    internal static Props Props(SimMachine machine, HostileScript script) =>
        NodeProps.Of(() => new HostileSenderActor(machine, script));

    public void OnDatagram(in PeerAddress source, ReadOnlySpan<byte> datagram) => script.Hear(source, datagram);

    public void OnBatchEnd()
    {
    }

    public void OnTransportFailed(string reason)
    {
    }

    public void Send(ushort fromPort, in PeerAddress to, ReadOnlySpan<byte> datagram) =>
        machine.Host.SendAs(machine.Host.Address.WithPort(fromPort), to, datagram);

    public void SendAs(in PeerAddress claimed, in PeerAddress to, ReadOnlySpan<byte> datagram) =>
        machine.Host.SendAs(claimed, to, datagram);

    protected override void PreStart()
    {
        _transport = machine.Transports.Open(PeerAddress.FromIPv4(0, HostilePeer.Port), new TransportSettings());
        _transport.Start(this);
        Timers.StartPeriodicTimer(Turn.Instance, Turn.Instance, TurnEvery);
    }

    protected override void PostStop() => _transport?.Dispose();

    protected override void OnReceive(object message)
    {
        if (message is not Turn)
        {
            Unhandled(message);
            return;
        }

        for (var i = 0; i < script.DatagramsPerTurn; i++)
            script.SendOne(_random, this);
    }

    private sealed class Turn
    {
        internal static Turn Instance { get; } = new();
    }
}
