namespace Cjp2p.Actors.Content;

/// <summary>
/// Chunks that may be on their way to this node at the same time, over all downloads: as many as the receive buffer of
/// the socket holds with a margin (a 4 MiB buffer holds 992 datagrams of 5.6 KB); more would be lost there. Thread-safe.
/// </summary>
public sealed class FlightBudget
{
    // What a Content of 4 KiB takes of a receive buffer: a 4 MiB one was measured to hold 992 of them.
    private const int BufferBytesPerChunk = 4228;

    private readonly int _most;
    private int _capacity;
    private int _free;

    /// <param name="chunks">Chunks at the most.</param>
    public FlightBudget(int chunks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunks, 1);
        _most = _capacity = _free = chunks;
    }

    /// <summary>Chunks at the most.</summary>
    public int Capacity => Volatile.Read(ref _capacity);

    /// <summary>Keeps to two thirds of what a receive buffer of <paramref name="bytes"/> bytes holds, at least 8 chunks.</summary>
    public void FitReceiveBuffer(int bytes)
    {
        var capacity = (int)Math.Clamp((long)bytes / BufferBytesPerChunk * 2 / 3, Math.Min(8, _most), _most);
        Interlocked.Add(ref _free, capacity - Interlocked.Exchange(ref _capacity, capacity));
    }

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
