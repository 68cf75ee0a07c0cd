using Cjp2p.Actors.Node;

namespace Cjp2p.Host.Hooks;

/// <summary>Messages of <see cref="HookActor"/>, besides the events of the node.</summary>
internal static class HookProtocol
{
    /// <summary>The commands have changed; those that run go on.</summary>
    public sealed record Configure(HookSettings Settings);

    /// <summary>A command has ended.</summary>
    /// <param name="Happened">What it was run for.</param>
    /// <param name="Problem">Why it did not end well; null: it did.</param>
    public sealed record Ended(HookEvent Happened, string? Problem);
}
