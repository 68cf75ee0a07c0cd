namespace Cjp2p.Actors.Content;

/// <summary>
/// Chunks that may be on their way to this node at the same time, over all downloads: as many as the receive buffer of
/// the socket holds with a margin (a 4 MiB buffer holds 992 datagrams of 5.6 KB); more would be lost there. Thread-safe.
/// </summary>
public sealed class FlightBudget
{
    private int _free;

    /// <param name="chunks">Chunks at the most.</param>
    public FlightBudget(int chunks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunks, 1);
        Capacity = _free = chunks;
    }

    /// <summary>Chunks at the most.</summary>
    public int Capacity { get; }

    /// <summary>Chunks on their way.</summary>
    public int InFlight => Capacity - Volatile.Read(ref _free);

    /// <summary>Takes up to <paramref name="chunks"/>; returns how many were to be had.</summary>
    public int Take(int chunks)
    {
        while (true)
        {
            var free = Volatile.Read(ref _free);
            var taken = Math.Min(free, chunks);
            if (taken <= 0)
                return 0;
            if (Interlocked.CompareExchange(ref _free, free - taken, free) == free)
                return taken;
        }
    }

    /// <summary>Gives back what was taken.</summary>
    public void Release(int chunks) => Interlocked.Add(ref _free, chunks);
}
