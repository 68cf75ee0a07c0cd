using Cjp2p.Actors.Node;

namespace Cjp2p.Host.Hooks;

/// <summary>Messages of <see cref="HookActor"/>, besides the events of the node.</summary>
internal static class HookProtocol
{
    /// <summary>The commands have changed; those that run go on.</summary>
    public sealed record Configure(HookSettings Settings);

    /// <summary>A command has ended.</summary>
    /// <param name="Running">Which one.</param>
    /// <param name="Problem">Why it did not end well; null: it did.</param>
    public sealed record Ended(RunningHook Running, string? Problem);

    /// <summary>A command has had the time that it may take.</summary>
    /// <param name="Running">Which one.</param>
    /// <param name="Timeout">That time.</param>
    public sealed record Late(RunningHook Running, TimeSpan Timeout);
}
