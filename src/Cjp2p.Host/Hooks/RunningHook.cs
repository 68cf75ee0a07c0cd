using System.Collections.Immutable;

namespace Cjp2p.Host.Hooks;

/// <summary>Runs a command to its end; returns null when it ended well, or a line that says why not.</summary>
/// <param name="command">Full path of the program, and its arguments.</param>
/// <param name="happened">What it is run for.</param>
/// <param name="killed">When this ends the command is killed; its result is the line then.</param>
internal delegate Task<string?> RunHook(ImmutableArray<string> command, HookEvent happened, Task<string> killed);

/// <summary>A command that runs.</summary>
/// <param name="happened">What it is run for.</param>
internal sealed class RunningHook(HookEvent happened)
{
    private readonly TaskCompletionSource<string> _killed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What it is run for.</summary>
    public HookEvent Happened { get; } = happened;

    /// <summary>Ends when it is to be killed, with the reason.</summary>
    public Task<string> Killed => _killed.Task;

    /// <summary>Has it killed, if it still runs.</summary>
    public void Kill(string reason) => _killed.TrySetResult(reason);
}
