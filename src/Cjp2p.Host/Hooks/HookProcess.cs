using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Cjp2p.Host.Hooks;

/// <summary>
/// Runs the command of a hook as a process of its own: no shell is between, so that a name which a stranger gave a file is
/// never read as a command. What happened is in its environment and in its last arguments.
/// </summary>
internal static class HookProcess
{
    private const int KeptBytes = 500;

    /// <summary>Runs it to its end; returns null when it ended with 0, or a line that says why it did not.</summary>
    /// <param name="command">Full path of the program, and its arguments.</param>
    /// <param name="running">
    /// What happened (CJP2P_EVENT, CJP2P_ID, CJP2P_PATH and CJP2P_BYTES, and the arguments id and path), and when it is to be
    /// killed; the reason is the line then.
    /// </param>
    public static async Task<string?> RunAsync(ImmutableArray<string> command, RunningHook running)
    {
        using var process = new Process { StartInfo = Start(command, running.Happened) };
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException)
        {
            return $"it cannot be started: {e.Message}";
        }

        await using var kill = running.Killed.Register(() => Kill(process)).ConfigureAwait(false);
        process.StandardInput.Close();
        var output = DrainAsync(process.StandardOutput.BaseStream);
        var error = DrainAsync(process.StandardError.BaseStream);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        if (running.Killed.IsCancellationRequested)
            return running.Reason;
        if (process.ExitCode == 0)
            return null;
        // A child that it left behind may hold its error output open.
        var said = await Task.WhenAny(error, output).ConfigureAwait(false) == error && error.IsCompletedSuccessfully
            ? await error.ConfigureAwait(false)
            : "";
        return $"exit code {process.ExitCode}" + (said.Length > 0 ? ": " + said : "");
    }

    private static ProcessStartInfo Start(ImmutableArray<string> command, HookEvent happened)
    {
        var start = new ProcessStartInfo(command[0])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(happened.Path) is { } folder && Directory.Exists(folder) ? folder : "",
        };
        foreach (var argument in command.Skip(1))
            start.ArgumentList.Add(argument);
        start.ArgumentList.Add(happened.Id);
        start.ArgumentList.Add(happened.Path);
        // Settings of the node may hold its secrets, and it is the node's alone to talk to systemd.
        foreach (var name in start.Environment.Keys
            .Where(name => name.StartsWith("CJP2P__", StringComparison.Ordinal) || name == "NOTIFY_SOCKET").ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["CJP2P_EVENT"] = happened.Kind == HookKind.Added ? "added" : "complete";
        start.Environment["CJP2P_ID"] = happened.Id;
        start.Environment["CJP2P_PATH"] = happened.Path;
        start.Environment["CJP2P_BYTES"] = happened.LengthBytes.ToString(CultureInfo.InvariantCulture);
        return start;
    }

    // All of it is read, so that the command never waits for us, and the beginning is kept.
    private static async Task<string> DrainAsync(Stream stream)
    {
        var buffer = new byte[4096];
        var kept = new MemoryStream(KeptBytes);
        try
        {
            for (int bytes; (bytes = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
                kept.Write(buffer, 0, Math.Min(bytes, KeptBytes - (int)kept.Length));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It was killed.
        }

        return Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length).ReplaceLineEndings(" ").Trim();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended meanwhile.
        }
    }
}
