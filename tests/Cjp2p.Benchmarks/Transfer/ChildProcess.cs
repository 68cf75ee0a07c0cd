using System.Diagnostics;
using System.Globalization;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>A process that this one started from the same program, see <see cref="ChildLines"/>.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(15);
    private readonly Process _process;

    private ChildProcess(Process process, long startedAt)
    {
        _process = process;
        StartedAt = startedAt;
    }

    /// <summary>Timestamp of <see cref="TimeProvider.System"/> just before it was started.</summary>
    public long StartedAt { get; }

    /// <summary>Most memory that it has had in use until now.</summary>
    public long PeakMemoryBytes
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    /// <summary>Starts this program once more, with other arguments. What it logs goes where ours goes.</summary>
    public static ChildProcess Start(params IEnumerable<string> arguments)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var startedAt = TimeProvider.System.GetTimestamp();
        return new ChildProcess(Process.Start(start)!, startedAt);
    }

    /// <summary>Tells it a line.</summary>
    public void Tell(params ReadOnlySpan<string> words)
    {
        _process.StandardInput.WriteLine(string.Join(' ', words));
        _process.StandardInput.Flush();
    }

    /// <summary>Waits for a line that starts with <paramref name="word"/>; returns the words after it.</summary>
    /// <exception cref="TransferException">It said that it failed, ended, or took too long.</exception>
    public async Task<string[]> HearAsync(string word, CancellationToken cancel)
    {
        while (true)
        {
            var line = await _process.StandardOutput.ReadLineAsync(cancel)
                ?? throw new TransferException("A process that was started for the measurement ended by itself.");
            var words = line.Split(' ');
            if (words[0] == word)
                return words[1..];
            if (words[0] == ChildLines.Failed)
                throw new TransferException(line);
            // Not for us: something that it logged.
            await Console.Error.WriteLineAsync(line);
        }
    }

    /// <summary>What it has used since it started.</summary>
    public async Task<Usage> UsageAsync(CancellationToken cancel)
    {
        Tell(ChildLines.Usage);
        var words = await HearAsync(ChildLines.Usage, cancel);
        return new Usage(
            TimeSpan.FromTicks(long.Parse(words[0], CultureInfo.InvariantCulture)),
            long.Parse(words[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Lets it end, and ends it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(EndPatience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}

/// <summary>What a process has used.</summary>
/// <param name="Processor">Time on processors, in user mode and in the kernel.</param>
/// <param name="AllocatedBytes">Bytes of managed memory allocated.</param>
internal readonly record struct Usage(TimeSpan Processor, long AllocatedBytes)
{
    public static Usage operator -(Usage left, Usage right) =>
        new(left.Processor - right.Processor, left.AllocatedBytes - right.AllocatedBytes);
}
