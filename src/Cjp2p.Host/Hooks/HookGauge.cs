namespace Cjp2p.Host.Hooks;

/// <summary>How full the queue of the hooks is, for whoever looks: written by <see cref="HookActor"/>, read from any thread.</summary>
internal sealed class HookGauge
{
    private volatile HookCounts _now = new(0, 0, 0, 1, 1);

    /// <summary>As it is now.</summary>
    public HookCounts Now
    {
        get => _now;
        set => _now = value;
    }
}

/// <summary>Counts of the queue of the hooks.</summary>
/// <param name="Running">Commands that run.</param>
/// <param name="Waiting">Events that wait.</param>
/// <param name="Dropped">Events that found no room since the start.</param>
/// <param name="RunningMax">Commands that may run.</param>
/// <param name="WaitingMax">Events that may wait.</param>
internal sealed record HookCounts(int Running, int Waiting, long Dropped, int RunningMax, int WaitingMax);
