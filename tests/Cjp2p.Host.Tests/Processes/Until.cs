namespace Cjp2p.Host.Tests.Processes;

/// <summary>Waits for what other processes do: looks again and again, with a bound.</summary>
internal static class Until
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns as soon as <paramref name="condition"/> holds; fails after <paramref name="limit"/>.</summary>
    public static async Task TrueAsync(Func<bool> condition, TimeSpan limit)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > limit)
                throw new TimeoutException($"It did not happen within {limit}.");
            await timer.WaitForNextTickAsync();
        }
    }
}
