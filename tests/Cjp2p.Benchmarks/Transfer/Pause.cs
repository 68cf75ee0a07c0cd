namespace Cjp2p.Benchmarks.Transfer;

/// <summary>Waits on the real clock, which is what measurements are made of.</summary>
internal static class Pause
{
    /// <summary>Waits for so long.</summary>
    public static async Task ForAsync(TimeSpan time, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(time);
        await timer.WaitForNextTickAsync(cancel);
    }
}
