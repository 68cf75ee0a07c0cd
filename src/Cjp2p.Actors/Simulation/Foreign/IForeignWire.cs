using System.Net;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>What a foreign peer sends and receives by: a socket, or an endpoint of a simulated machine.</summary>
internal interface IForeignWire : IAsyncDisposable
{
    /// <summary>Where it is bound.</summary>
    IPEndPoint Address { get; }

    /// <summary>Starts to receive; datagrams are handed over one at a time and belong to the wire.</summary>
    void Start(Action<ReadOnlyMemory<byte>, IPEndPoint> receive);

    /// <summary>Sends; false when that is impossible.</summary>
    bool TrySend(byte[] datagram, IPEndPoint to);
}
