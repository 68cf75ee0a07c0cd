namespace Cjp2p.Actors.Simulation;

/// <summary>
/// Knows which thread drives the world. That thread alone touches the queues of the simulation directly; what other
/// threads bring (a guardian that starts or stops the world's root, a test between two drives) waits in a list.
/// </summary>
internal sealed class SimGate
{
    private int _threadId;

    /// <summary>Whether the calling thread drives the world right now.</summary>
    internal bool IsOurs => _threadId == Environment.CurrentManagedThreadId;

    /// <summary>Whether any thread drives the world right now.</summary>
    internal bool IsDriven => Volatile.Read(ref _threadId) != 0;

    /// <summary>The calling thread drives from now on; false when it already did.</summary>
    /// <exception cref="InvalidOperationException">Another thread drives the world.</exception>
    internal bool TryEnter()
    {
        var before = Interlocked.CompareExchange(ref _threadId, Environment.CurrentManagedThreadId, 0);
        if (before == 0)
            return true;
        if (before == Environment.CurrentManagedThreadId)
            return false;
        throw new InvalidOperationException("Another thread drives this simulated world.");
    }

    internal void Leave() => Volatile.Write(ref _threadId, 0);
}
