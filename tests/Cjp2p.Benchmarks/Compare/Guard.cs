using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Compare;

/// <summary>The frame of a measurement: its time is bounded, and what goes wrong is one line.</summary>
internal static class Guard
{
    /// <summary>Runs it; 0: it was made.</summary>
    public static async Task<int> RunAsync(Func<CancellationToken, Task> measurement, TimeSpan most, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(most);
        try
        {
            if (!OperatingSystem.IsLinux())
                throw new TransferException("This is measured on Linux only: it reads what processes use from the kernel.");
            await measurement(timeout.Token);
            return 0;
        }
        catch (TransferException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"Not finished within {most.TotalSeconds} s.");
        }

        return 1;
    }
}
