using System.Net;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>An endpoint of a simulated machine, for a model of another implementation.</summary>
internal sealed class SimWire : IForeignWire, IDatagramSink
{
    private readonly ITransport _transport;
    private Action<ReadOnlyMemory<byte>, IPEndPoint>? _receive;

    internal SimWire(SimMachine machine, ushort port)
    {
        _transport = machine.Transports.Open(PeerAddress.FromIPv4(0, port), new TransportSettings());
        Address = machine.Host.Address.WithPort(port).ToEndPoint();
    }

    public IPEndPoint Address { get; }

    public void Start(Action<ReadOnlyMemory<byte>, IPEndPoint> receive)
    {
        _receive = receive;
        _transport.Start(this);
    }

    public bool TrySend(byte[] datagram, IPEndPoint to)
    {
        using var batch = _transport.RentSendBatch();
        datagram.CopyTo(batch.Reserve(datagram.Length));
        batch.Commit(PeerAddress.FromEndPoint(to), datagram.Length);
        return true;
    }

    public void OnDatagram(in PeerAddress source, ReadOnlySpan<byte> datagram) =>
        _receive!(datagram.ToArray(), source.ToEndPoint());

    public void OnBatchEnd()
    {
    }

    public void OnTransportFailed(string reason)
    {
    }

    public ValueTask DisposeAsync()
    {
        _transport.Dispose();
        return ValueTask.CompletedTask;
    }
}
