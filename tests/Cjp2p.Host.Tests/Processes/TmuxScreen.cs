using System.Diagnostics;
using System.Text;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>The program in a terminal of tmux: keys go in, the screen can be read.</summary>
internal sealed class TmuxScreen : IAsyncDisposable
{
    private static int _number;
    private readonly string _socket = $"cjp2p-{Environment.ProcessId}-{Interlocked.Increment(ref _number)}";

    private TmuxScreen()
    {
    }

    public static async Task<TmuxScreen> StartAsync(string folder, int width, int height, params string[] arguments)
    {
        var screen = new TmuxScreen();
        var program = Path.Combine(AppContext.BaseDirectory, "cjp2p.dll");
        // A shell around it, so that what it says at its end can be read.
        await screen.TmuxAsync(
            "-f", "/dev/null", "new-session", "-d", "-x", $"{width}", "-y", $"{height}", "-c", folder,
            $"dotnet exec '{program}' {string.Join(' ', arguments)}; echo ended with $?; sleep 600");
        return screen;
    }

    /// <summary>The lines of the screen.</summary>
    public async Task<string> ReadAsync() => await TmuxAsync("capture-pane", "-p");

    /// <summary>The title of the terminal.</summary>
    public async Task<string> TitleAsync() => await TmuxAsync("display-message", "-p", "#{pane_title}");

    /// <summary>Waits until the screen shows something.</summary>
    public Task<string> UntilAsync(Func<string, bool> shows) => Until.AnswerAsync(ReadAsync, shows, Cjp2pProcess.Bound);

    public Task<string> UntilAsync(string text) => UntilAsync(screen => screen.Contains(text, StringComparison.Ordinal));

    /// <summary>Presses keys, by their names in tmux.</summary>
    public Task PressAsync(params string[] keys) => TmuxAsync(["send-keys", .. keys]);

    public async ValueTask DisposeAsync() => await TmuxAsync("kill-server");

    private async Task<string> TmuxAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("tmux") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, StandardOutputEncoding = Encoding.UTF8 };
        foreach (var argument in (string[])["-L", _socket, "-u", .. arguments])
            start.ArgumentList.Add(argument);
        using var tmux = Process.Start(start)!;
        var output = await tmux.StandardOutput.ReadToEndAsync();
        using var bound = new CancellationTokenSource(Cjp2pProcess.Bound);
        await tmux.WaitForExitAsync(bound.Token);
        return output;
    }
}
