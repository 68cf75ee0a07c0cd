using System.Diagnostics;
using System.Net;
using System.Text;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>One run of the program as a process of its own, with what it printed. Killed when disposed.</summary>
internal sealed class Cjp2pProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private Cjp2pProcess(string folder, string[] arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "cjp2p.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output => Read(_output);

    public string Errors => Read(_errors);

    public bool HasExited => _process.HasExited;

    /// <summary>Starts the program in a folder.</summary>
    public static Cjp2pProcess Start(string folder, params string[] arguments) => new(folder, arguments, null);

    /// <summary>Starts the program in a folder, with variables in its environment.</summary>
    public static Cjp2pProcess Start(
        string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        new(folder, arguments, environment);

    /// <summary>Runs the program to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string folder, params string[] arguments)
    {
        await using var process = Start(folder, arguments);
        var exitCode = await process.ExitAsync();
        return (exitCode, process.Output, process.Errors);
    }

    /// <summary>Waits for its end.</summary>
    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"It did not end within {Patience}: {Output}{Errors}");
        }

        return _process.ExitCode;
    }

    /// <summary>Waits for the line that says where it listens.</summary>
    public async Task<IPEndPoint> ListeningAsync()
    {
        const string Prefix = "listening on udp ";
        await Until.TrueAsync(
            () => Output.Contains(Prefix, StringComparison.Ordinal) || Errors.Contains(Prefix, StringComparison.Ordinal) || HasExited,
            Patience);
        var said = Output + Errors;
        var at = said.IndexOf(Prefix, StringComparison.Ordinal);
        Assert.True(at >= 0, said);
        return IPEndPoint.Parse(said[(at + Prefix.Length)..].Split('\n', ' ')[0].Trim());
    }

    /// <summary>Waits for a text on standard output or among the log lines on standard error.</summary>
    public async Task PrintedAsync(string text)
    {
        await Until.TrueAsync(() => (Output + Errors).Contains(text, StringComparison.Ordinal) || HasExited, Patience);
        Assert.Contains(text, Output + Errors, StringComparison.Ordinal);
    }

    /// <summary>As with kill -9.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Asks it to end, as a service manager does.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null)
            return;
        lock (text)
            text.Append(line).Append('\n');
    }

    private static string Read(StringBuilder text)
    {
        lock (text)
            return text.ToString();
    }
}
