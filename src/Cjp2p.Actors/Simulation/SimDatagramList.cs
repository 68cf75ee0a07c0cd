namespace Cjp2p.Actors.Simulation;

/// <summary>Datagrams first in, first out, linked through themselves.</summary>
internal struct SimDatagramList
{
    private SimDatagram? _first;
    private SimDatagram? _last;

    internal int Count { get; private set; }

    internal void Add(SimDatagram datagram)
    {
        datagram.Next = null;
        if (_last == null)
            _first = datagram;
        else
            _last.Next = datagram;
        _last = datagram;
        Count++;
    }

    internal SimDatagram? TakeFirst()
    {
        if (_first is not { } first)
            return null;
        _first = first.Next;
        if (_first == null)
            _last = null;
        first.Next = null;
        Count--;
        return first;
    }
}
