using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>
/// The real program: <c>cjp2p share</c> as the source, and a fresh <c>cjp2p get</c> for each fetch, measured from its
/// start to its end. Linux only.
/// </summary>
internal sealed partial class ProgramPair : ITransferPair
{
    private static readonly TimeSpan MemoryLooks = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(15);
    private readonly Process _source;
    private readonly Func<string, ProcessStartInfo> _fetch;
    private readonly long _lengthBytes;
    private bool _wasUsed;

    private ProgramPair(Process source, Func<string, ProcessStartInfo> fetch, long lengthBytes)
    {
        _source = source;
        _fetch = fetch;
        _lengthBytes = lengthBytes;
    }

    /// <summary>Starts the source and waits until it serves the file.</summary>
    /// <param name="program">Path of cjp2p.dll, or of the executable beside it.</param>
    /// <param name="file">What is shared.</param>
    /// <param name="settings">Settings of both nodes.</param>
    /// <param name="cancel">Ends waiting.</param>
    public static async Task<ITransferPair> StartAsync(
        string program, TestFile file, string[] settings, CancellationToken cancel)
    {
        string[] set = [.. settings.SelectMany(setting => (string[])["--set", setting])];
        var source = Process.Start(
            Command(program, ["share", "--json", "--listen", "127.0.0.1:0", file.SourcePath, .. set]))!;
        try
        {
            // One line says where it listens, the next that the file is served.
            using var listening = await ReadJsonAsync(source, cancel);
            using var shared = await ReadJsonAsync(source, cancel);
            var address = listening.RootElement.GetProperty("udp")[0].GetString()!;
            if (shared.RootElement.GetProperty("id").GetString() != file.Sha256)
                throw new TransferException("The source does not share what it was told to.");
            return new ProgramPair(
                source,
                target => Command(program, ["get", file.Sha256, "--peer", address, "--output", target, "--json", .. set]),
                file.LengthBytes);
        }
        catch
        {
            await EndAsync(source);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<TransferRun> FetchAsync(string target, CancellationToken cancel)
    {
        var isCold = !_wasUsed;
        _wasUsed = true;
        _source.Refresh();
        var sourceBefore = _source.TotalProcessorTime;
        var childrenBefore = ProcessorOfEndedChildren();
        var startedAt = TimeProvider.System.GetTimestamp();
        using var fetcher = Process.Start(_fetch(target))!;
        var peak = WatchMemoryAsync(fetcher);
        var said = fetcher.StandardOutput.ReadToEndAsync(cancel);
        try
        {
            await fetcher.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            fetcher.Kill();
            throw;
        }

        var wall = TimeProvider.System.GetElapsedTime(startedAt);
        if (fetcher.ExitCode != 0)
            throw new TransferException($"The fetching process ended with {fetcher.ExitCode}: {await said}");
        _source.Refresh();
        return new TransferRun(
            isCold,
            _lengthBytes,
            _source.TotalProcessorTime - sourceBefore,
            ProcessorOfEndedChildren() - childrenBefore,
            _source.PeakWorkingSet64,
            await peak)
        {
            SinceStart = wall,
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await EndAsync(_source);

    private static async Task EndAsync(Process process)
    {
        using var patience = new CancellationTokenSource(EndPatience);
        try
        {
            Signals.Interrupt(process);
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        process.Dispose();
    }

    private static ProcessStartInfo Command(string program, IEnumerable<string> arguments)
    {
        var isAssembly = Path.GetExtension(program) == ".dll";
        var start = new ProcessStartInfo(isAssembly ? "dotnet" : program) { RedirectStandardOutput = true };
        if (isAssembly)
            start.ArgumentList.Add(program);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return start;
    }

    private static async Task<JsonDocument> ReadJsonAsync(Process process, CancellationToken cancel) =>
        await process.StandardOutput.ReadLineAsync(cancel) is { } line
            ? JsonDocument.Parse(line)
            : throw new TransferException("The source ended by itself.");

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

    private static unsafe TimeSpan ProcessorOfEndedChildren()
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
}
