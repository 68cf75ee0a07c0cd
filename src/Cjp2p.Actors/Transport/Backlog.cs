namespace Cjp2p.Actors.Transport;

/// <summary>
/// How many messages an actor has been told by receive threads and has not handled: a bound on its mailbox at our own
/// border. What does not fit is not told; datagrams may get lost anyway. Thread-safe.
/// </summary>
public sealed class Backlog
{
    private readonly int _most;
    private int _count;
    private long _shed;

    /// <param name="most">Messages at the most.</param>
    public Backlog(int most) => _most = most;

    /// <summary>Messages at the most.</summary>
    public int Most => _most;

    /// <summary>Messages waiting.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Messages that found no room.</summary>
    public long Shed => Interlocked.Read(ref _shed);

    /// <summary>Asks to tell one more message.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= _most)
            return true;
        Interlocked.Decrement(ref _count);
        Interlocked.Increment(ref _shed);
        return false;
    }

    /// <summary>The actor took one message.</summary>
    public void Leave() => Interlocked.Decrement(ref _count);
}
