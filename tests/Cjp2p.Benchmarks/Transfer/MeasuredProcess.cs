using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>Processes of other programs, what they use, and their orderly end. Linux only.</summary>
internal static partial class MeasuredProcess
{
    private const int SigInt = 2;
    private static readonly TimeSpan MemoryLooks = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(15);

    /// <summary>A program with its arguments; what it prints is for us.</summary>
    public static ProcessStartInfo Command(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    /// <summary>Starts a program that serves; what it says to people is not shown.</summary>
    public static Process StartServer(ProcessStartInfo command)
    {
        command.RedirectStandardError = true;
        var process = Process.Start(command)!;
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Runs a program from its start to its end.</summary>
    /// <exception cref="TransferException">It ended with an error.</exception>
    public static async Task<EndedProcess> RunAsync(ProcessStartInfo command, CancellationToken cancel)
    {
        var childrenBefore = ProcessorOfEndedChildren();
        var startedAt = TimeProvider.System.GetTimestamp();
        using var process = Process.Start(command)!;
        var peak = WatchMemoryAsync(process);
        var said = process.StandardOutput.ReadToEndAsync(cancel);
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        var wall = TimeProvider.System.GetElapsedTime(startedAt);
        return process.ExitCode == 0
            ? new EndedProcess(wall, ProcessorOfEndedChildren() - childrenBefore, await peak, await said)
            : throw new TransferException(
                $"{Path.GetFileName(command.FileName)} ended with {process.ExitCode}: {(await said).ReplaceLineEndings(" ").Trim()}");
    }

    /// <summary>The next line that a process prints.</summary>
    /// <exception cref="TransferException">There is none.</exception>
    public static async Task<string> ReadLineAsync(Process process, CancellationToken cancel) =>
        await process.StandardOutput.ReadLineAsync(cancel)
            ?? throw new TransferException($"{process.StartInfo.FileName} ended by itself.");

    /// <summary>Asks a process to end, and ends it when it does not.</summary>
    public static async Task EndAsync(Process process)
    {
        using var patience = new CancellationTokenSource(EndPatience);
        try
        {
            if (!process.HasExited)
                _ = Kill(process.Id, SigInt);
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        process.Dispose();
    }

    /// <summary>What a process has used until now.</summary>
    public static (TimeSpan Processor, long PeakBytes) UsageOf(Process process)
    {
        process.Refresh();
        return (process.TotalProcessorTime, process.PeakWorkingSet64);
    }

    /// <summary>The system forgets how much memory a process had when it ends, so it is asked often; late by one look at most.</summary>
    private static async Task<long> WatchMemoryAsync(Process process)
    {
        var peak = 0L;
        using var timer = new PeriodicTimer(MemoryLooks);
        try
        {
            do
            {
                process.Refresh();
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            while (await timer.WaitForNextTickAsync() && !process.HasExited);
        }
        catch (InvalidOperationException)
        {
            // It ended between two looks.
        }

        return peak;
    }

    /// <summary>Time on processors of all processes that this one started and that have ended.</summary>
    public static unsafe TimeSpan ProcessorOfEndedChildren()
    {
        const int Children = -1;
        const int Fields = 18;
        var usage = stackalloc long[Fields];
        if (GetResourceUsage(Children, usage) != 0)
            throw new TransferException("The system does not say what processes use.");
        // Seconds and microseconds in user mode, then in the kernel.
        return TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]);
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static unsafe partial int GetResourceUsage(int who, long* usage);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}

/// <summary>What a process took from its start to its end.</summary>
/// <param name="Wall">Time.</param>
/// <param name="Processor">Time on processors, in user mode and in the kernel.</param>
/// <param name="PeakBytes">Most memory.</param>
/// <param name="Said">What it printed.</param>
internal sealed record EndedProcess(TimeSpan Wall, TimeSpan Processor, long PeakBytes, string Said);
