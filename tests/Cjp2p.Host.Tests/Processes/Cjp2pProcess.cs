using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>The built program as a process of its own, on loopback. Every wait is bounded.</summary>
internal sealed partial class Cjp2pProcess : IAsyncDisposable
{
    /// <summary>Longest wait for anything that a process is expected to do; a machine may be busy.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly LineBuffer _output = new();
    private readonly LineBuffer _error = new();

    private Cjp2pProcess(Process process) => _process = process;

    /// <summary>Lines of standard output so far.</summary>
    public IReadOnlyList<string> Output => _output.Lines;

    /// <summary>Lines of standard error so far.</summary>
    public IReadOnlyList<string> Error => _error.Lines;

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => !_process.HasExited;

    /// <summary>Number of the process.</summary>
    public int Id => _process.Id;

    /// <summary>Starts the program in a folder.</summary>
    public static Cjp2pProcess Start(string folder, params string[] arguments) =>
        Start(folder, new Dictionary<string, string>(), arguments);

    /// <summary>Starts the program with environment variables besides those of the test (none of which are settings of a node).</summary>
    public static Cjp2pProcess Start(
        string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        Start("dotnet", [], folder, environment, arguments);

    /// <summary>Starts the program in a network namespace.</summary>
    public static Cjp2pProcess StartIn(string network, string folder, params string[] arguments) =>
        Start("ip", ["netns", "exec", network, "dotnet"], folder, new Dictionary<string, string>(), arguments);

    /// <summary>What has a program of root run as nobody.</summary>
    public static IReadOnlyList<string> AsNobody { get; } = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

    /// <summary>Starts the program as somebody who may not do everything.</summary>
    public static Cjp2pProcess StartUnprivileged(string folder, params string[] arguments) => Environment.IsPrivilegedProcess
        ? Start(AsNobody[0], [.. AsNobody.Skip(1), "dotnet"], folder, new Dictionary<string, string>(), arguments)
        : Start(folder, arguments);

    private static Cjp2pProcess Start(
        string program, string[] first, string folder, IReadOnlyDictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var argument in first)
            start.ArgumentList.Add(argument);
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "cjp2p.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("CJP2P__", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = new Cjp2pProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        process._process.OutputDataReceived += (_, line) => process._output.Add(line.Data);
        process._process.ErrorDataReceived += (_, line) => process._error.Add(line.Data);
        process._process.Start();
        process._process.BeginOutputReadLine();
        process._process.BeginErrorReadLine();
        process._process.StandardInput.Close();
        return process;
    }

    /// <summary>Runs the program to its end.</summary>
    public static async Task<Outcome> RunAsync(string folder, params string[] arguments)
    {
        await using var process = Start(folder, arguments);
        return await process.WaitForExitAsync();
    }

    /// <summary>Starts a node with <c>run</c> on ports of its own, and waits until it listens.</summary>
    public static async Task<(Cjp2pProcess Process, RunningNode Node)> StartNodeAsync(string folder, params string[] arguments)
    {
        var process = Start(folder, ["run", "--listen", "127.0.0.1:0", .. arguments.Contains("--http") ? Array.Empty<string>() : ["--http", "127.0.0.1:0"], "--json", .. arguments]);
        try
        {
            var line = await process.WaitForOutputAsync(text => text.StartsWith('{'));
            using var listening = JsonDocument.Parse(line);
            return (process, new RunningNode(
                listening.RootElement.GetProperty("udp")[0].GetString()!,
                new Uri("http://" + listening.RootElement.GetProperty("http").GetString())));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>The first line of standard output that fits, now or later.</summary>
    public Task<string> WaitForOutputAsync(Func<string, bool> fits) => WaitAsync(_output.WhenAsync(fits));

    /// <summary>The first line of standard error that fits, now or later.</summary>
    public Task<string> WaitForErrorAsync(Func<string, bool> fits) => WaitAsync(_error.WhenAsync(fits));

    /// <summary>Waits for the line of <c>run</c> or <c>share</c> that says where it listens.</summary>
    public async Task<IPEndPoint> ListeningAsync()
    {
        const string Prefix = "listening on udp ";
        static bool Says(string line) => line.StartsWith(Prefix, StringComparison.Ordinal);
        var line = await WaitAsync(Task.WhenAny(_output.WhenAsync(Says), _error.WhenAsync(Says)).Unwrap());
        return IPEndPoint.Parse(line[Prefix.Length..]);
    }

    /// <summary>Waits until it ends by itself; at the most so long.</summary>
    public async Task<Outcome> WaitForExitAsync(TimeSpan? most = null)
    {
        using var bound = new CancellationTokenSource(most ?? Bound);
        try
        {
            await _process.WaitForExitAsync(bound.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The process has not ended within {most ?? Bound}.\n{this}");
        }

        return new Outcome(_process.ExitCode, [.. _output.Lines], [.. _error.Lines]);
    }

    /// <summary>SIGTERM: what a service manager sends.</summary>
    public void Terminate() => Signal(15);

    /// <summary>SIGINT: Ctrl-C.</summary>
    public void Interrupt() => Signal(2);

    /// <summary>SIGHUP: a service manager wants the configuration read again.</summary>
    public void HangUp() => Signal(1);

    /// <summary>SIGKILL: no chance to save anything.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            using var bound = new CancellationTokenSource(Bound);
            await _process.WaitForExitAsync(bound.Token);
        }

        _process.Dispose();
    }

    public override string ToString() =>
        $"cjp2p {string.Join(' ', _process.StartInfo.ArgumentList.Skip(2))}\nout: {string.Join("\n     ", Output)}\nerr: {string.Join("\n     ", Error)}";

    private async Task<string> WaitAsync(Task<string> line)
    {
        await Task.WhenAny(line, _process.WaitForExitAsync()).WaitAsync(Bound);
        // What was written before it ended is read by now.
        return line.IsCompleted ? await line : throw new InvalidOperationException($"The process ended without that line.\n{this}");
    }

    private void Signal(int signal)
    {
        if (Kill(_process.Id, signal) != 0)
            throw new InvalidOperationException($"kill({_process.Id}, {signal}) failed with {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}

/// <summary>How a process ended.</summary>
internal sealed record Outcome(int ExitCode, string[] Output, string[] Error)
{
    public override string ToString() =>
        $"exit code {ExitCode}\nout: {string.Join("\n     ", Output)}\nerr: {string.Join("\n     ", Error)}";
}

/// <summary>Where a node can be reached.</summary>
internal sealed record RunningNode(string Udp, Uri Http)
{
    /// <summary>Its UDP end point.</summary>
    public IPEndPoint EndPoint => IPEndPoint.Parse(Udp);
}
