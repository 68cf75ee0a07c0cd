namespace Cjp2p.Host.Hooks;

/// <summary>Which events wait for their command and which one has its turn: bounded in both. Pure.</summary>
internal sealed class HookQueue
{
    private readonly Queue<HookEvent> _waiting = new();

    /// <summary>Commands that run.</summary>
    public int Running { get; private set; }

    /// <summary>Events that wait.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Events that found no room since <see cref="TakeDropped"/>.</summary>
    public int Dropped { get; private set; }

    /// <summary>Lets an event wait; false: too many do, and it is dropped.</summary>
    public bool Add(HookEvent happened, int waitingMax)
    {
        if (_waiting.Count >= waitingMax)
        {
            Dropped++;
            return false;
        }

        _waiting.Enqueue(happened);
        return true;
    }

    /// <summary>The next event whose command may start now; it counts as running.</summary>
    public bool TryStart(int runningMax, out HookEvent? next)
    {
        next = null;
        if (Running >= runningMax || !_waiting.TryDequeue(out next))
            return false;
        Running++;
        return true;
    }

    /// <summary>A command has ended.</summary>
    public void Ended() => Running--;

    /// <summary>Returns <see cref="Dropped"/> and counts anew.</summary>
    public int TakeDropped()
    {
        var dropped = Dropped;
        Dropped = 0;
        return dropped;
    }
}
