using System.Text;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>Keeps what arrives, with the virtual time.</summary>
internal sealed class RecordingSink(SimWorld world) : IDatagramSink
{
    public List<(TimeSpan At, PeerAddress From, byte[] Bytes)> Received { get; } = [];

    public List<int> Batches { get; } = [];

    public List<string> Failures { get; } = [];

    public IEnumerable<string> Texts => Received.Select(each => Encoding.ASCII.GetString(each.Bytes));

    private int _inBatch;

    public void OnDatagram(in PeerAddress source, ReadOnlySpan<byte> datagram)
    {
        Received.Add((world.Now, source, datagram.ToArray()));
        _inBatch++;
    }

    public void OnBatchEnd()
    {
        Batches.Add(_inBatch);
        _inBatch = 0;
    }

    public void OnTransportFailed(string reason) => Failures.Add(reason);
}
