using System.Collections.Immutable;

namespace Cjp2p.Host.Hooks;

/// <summary>Runs a command to its end; returns null when it ended well, or a line that says why not.</summary>
/// <param name="command">Full path of the program, and its arguments.</param>
/// <param name="running">What it is run for, and when it is to be killed.</param>
internal delegate Task<string?> RunHook(ImmutableArray<string> command, RunningHook running);

/// <summary>A command that runs.</summary>
internal sealed class RunningHook : IDisposable
{
    private readonly CancellationTokenSource _killed = new();
    private volatile string _reason = "";

    /// <param name="happened">What it is run for.</param>
    public RunningHook(HookEvent happened)
    {
        Happened = happened;
        Killed = _killed.Token;
    }

    /// <summary>What it is run for.</summary>
    public HookEvent Happened { get; }

    /// <summary>Cancelled when it is to be killed.</summary>
    public CancellationToken Killed { get; }

    /// <summary>Why it is killed; empty before.</summary>
    public string Reason => _reason;

    /// <summary>Has it killed, with all that it started, before this returns.</summary>
    public void Kill(string reason)
    {
        _reason = reason;
        _killed.Cancel();
    }

    public void Dispose() => _killed.Dispose();
}
