using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Peers;

/// <summary>
/// Finds the place of an address in the list of peers. It holds places only, four bytes for one and room for as many again,
/// where a dictionary holds each address a second time (55 bytes a peer): that is what lets a table of a million peers cost
/// less than 100 bytes each. Open addressing, the next free slot. Pure.
/// </summary>
/// <param name="peers">The list. It has to hold a peer at its place as long as that is in here.</param>
internal sealed class PeerIndex(List<PeerRecord> peers)
{
    private const int SlotsMin = 16;

    // 0: free; otherwise the place + 1. A power of two long, three quarters full at the most.
    private int[] _slots = new int[SlotsMin];
    private int _count;

    /// <summary>The place of an address; -1: it is not there.</summary>
    public int Find(in PeerAddress address)
    {
        for (var slot = HomeOf(address); _slots[slot] is > 0 and var taken; slot = Next(slot))
        {
            if (peers[taken - 1].Address == address)
                return taken - 1;
        }

        return -1;
    }

    /// <summary>Adds an address that is not there.</summary>
    public void Add(in PeerAddress address, int place)
    {
        if (++_count > _slots.Length / 4 * 3)
            Grow();
        Put(address, place);
    }

    /// <summary>An address that is there has another place now.</summary>
    public void Move(in PeerAddress address, int from, int to) => _slots[SlotOf(address, from)] = to + 1;

    /// <summary>Takes an address out; it is still in the list.</summary>
    public void Remove(in PeerAddress address, int place)
    {
        var free = SlotOf(address, place);
        _count--;
        // Whoever had to go on because of this slot takes it, so that no search ends too early.
        for (var slot = Next(free); _slots[slot] is > 0 and var taken; slot = Next(slot))
        {
            if (Distance(HomeOf(peers[taken - 1].Address), slot) < Distance(free, slot))
                continue;
            _slots[free] = taken;
            free = slot;
        }

        _slots[free] = 0;
    }

    private void Grow()
    {
        var before = _slots;
        _slots = new int[before.Length * 2];
        foreach (var taken in before)
        {
            if (taken > 0)
                Put(peers[taken - 1].Address, taken - 1);
        }
    }

    private void Put(in PeerAddress address, int place)
    {
        var slot = HomeOf(address);
        while (_slots[slot] > 0)
            slot = Next(slot);
        _slots[slot] = place + 1;
    }

    private int SlotOf(in PeerAddress address, int place)
    {
        var slot = HomeOf(address);
        while (_slots[slot] != place + 1)
            slot = Next(slot);
        return slot;
    }

    private int HomeOf(in PeerAddress address) => address.GetHashCode() & (_slots.Length - 1);

    private int Next(int slot) => (slot + 1) & (_slots.Length - 1);

    private int Distance(int from, int to) => (to - from) & (_slots.Length - 1);
}
