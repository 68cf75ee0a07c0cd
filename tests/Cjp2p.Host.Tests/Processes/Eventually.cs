namespace Cjp2p.Host.Tests.Processes;

/// <summary>Looks at another process again and again until something is so. Bounded.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until <paramref name="isSo"/> accepts the answer, which is returned.</summary>
    public static async Task<T> ThatAsync<T>(Func<Task<T>> ask, Func<T, bool> isSo)
    {
        using var bound = new CancellationTokenSource(Cjp2pProcess.Bound);
        using var timer = new PeriodicTimer(Every);
        while (true)
        {
            var answer = await ask();
            if (isSo(answer))
                return answer;
            try
            {
                await timer.WaitForNextTickAsync(bound.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Not so within {Cjp2pProcess.Bound}; the last answer was {answer}");
            }
        }
    }

    /// <summary>Looks until <paramref name="isSo"/>.</summary>
    public static Task ThatAsync(Func<bool> isSo) => ThatAsync(() => Task.FromResult(isSo()), so => so);
}
