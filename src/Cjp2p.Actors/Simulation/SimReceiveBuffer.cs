namespace Cjp2p.Actors.Simulation;

/// <summary>The receive buffer of one endpoint: first in, first out, bounded in bytes.</summary>
internal sealed class SimReceiveBuffer
{
    private SimDatagramList _waiting;
    private long _bytes;

    internal int Count => _waiting.Count;

    /// <summary>Its host will look at it at a time that is fixed already.</summary>
    internal bool IsServed { get; set; }

    internal bool TryAdd(SimDatagram datagram, int bytesMax)
    {
        if (_bytes + datagram.Length > bytesMax)
            return false;
        _bytes += datagram.Length;
        _waiting.Add(datagram);
        return true;
    }

    internal SimDatagram? TakeFirst()
    {
        var first = _waiting.TakeFirst();
        _bytes -= first?.Length ?? 0;
        return first;
    }
}
