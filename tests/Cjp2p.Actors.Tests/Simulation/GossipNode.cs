using System.Buffers.Binary;
using Akka.Actor;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>
/// Sends a question to a random peer whenever its timer fires, answers every question, and keeps a count on its disk. Its
/// children say goodbye when they are stopped, which they are in an order that Akka leaves to the hashes of their names.
/// </summary>
public sealed class GossipNode : UntypedActor, IWithTimers, IDatagramSink
{
    /// <summary>Port of every node.</summary>
    public const ushort Port = 24254;

    private const byte Question = 1;
    private const byte Answer = 2;

    private readonly SimMachine _machine;
    private readonly PeerAddress[] _peers;
    private readonly IActorRef _self;
    private readonly IActorRef? _keeper;
    private ITransport _transport = null!;
    private uint _count;

    /// <summary>Made by <see cref="Props"/>.</summary>
    public GossipNode(SimMachine machine, PeerAddress[] peers, bool keepsCount)
    {
        _machine = machine;
        _peers = peers;
        _self = Self;
        if (!keepsCount)
            return;
        foreach (var name in (string[])["one", "two", "three", "four", "five"])
            Context.ActorOf(Akka.Actor.Props.Create(() => new Farewell(this, (byte)name[0])), name);
        _keeper = Context.ActorOf(Akka.Actor.Props.Create(() => new Keeper(machine)).WithDispatcher("cjp2p.dispatchers.disk"), "keeper");
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private sealed record Datagram(PeerAddress From, byte[] Bytes);

    /// <summary>How to make one.</summary>
    public static Props Props(SimMachine machine, PeerAddress[] peers, bool keepsCount) =>
        Akka.Actor.Props.Create(() => new GossipNode(machine, peers, keepsCount));

    /// <inheritdoc/>
    public void OnDatagram(in PeerAddress source, ReadOnlySpan<byte> datagram) =>
        _self.Tell(new Datagram(source, datagram.ToArray()), ActorRefs.NoSender);

    /// <inheritdoc/>
    public void OnBatchEnd()
    {
    }

    /// <inheritdoc/>
    public void OnTransportFailed(string reason)
    {
    }

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _transport = _machine.Transports.Open(PeerAddress.FromIPv4(0, Port), new TransportSettings());
        _transport.Start(this);
        Again();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        Send(_peers[0], Answer, 10);
        _transport.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Datagram { Bytes: [Question, ..] } question:
                Send(question.From, Answer, question.Bytes.Length);
                break;
            case Datagram:
                _count++;
                _keeper?.Tell(_count);
                break;
            default:
                Send(_peers[_machine.Random.Next(_peers.Length)], Question, 20 + _machine.Random.Next(_keeper == null ? 100 : 3000));
                Again();
                break;
        }
    }

    private void Again() => Timers.StartSingleTimer("tick", "tick", TimeSpan.FromMilliseconds(50 + _machine.Random.Next(100)));

    private void Send(in PeerAddress to, byte kind, int bytes)
    {
        using var batch = _transport.RentSendBatch();
        var room = batch.Reserve(bytes);
        room.Fill(kind);
        BinaryPrimitives.WriteUInt32LittleEndian(room[1..], _count);
        batch.Commit(to, bytes);
    }

    private sealed class Farewell(GossipNode node, byte kind) : UntypedActor
    {
        protected override void PostStop() => node.Send(node._peers[1], kind, 10);

        protected override void OnReceive(object message) => Unhandled(message);
    }

    private sealed class Keeper(SimMachine machine) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            try
            {
                var content = new byte[600];
                BinaryPrimitives.WriteUInt32LittleEndian(content, (uint)message);
                using var file = machine.Disk.OpenWrite("/count");
                file.Write((uint)message % 3 * 600, content);
            }
            catch (IOException)
            {
                // The machine has crashed.
            }
        }
    }
}
