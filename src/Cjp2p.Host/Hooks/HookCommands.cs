using System.Collections.Immutable;
using Cjp2p.Actors.Node;

namespace Cjp2p.Host.Hooks;

/// <summary>Which command is for which event.</summary>
internal static class HookCommands
{
    /// <summary>The command for a kind of event; empty: none.</summary>
    public static ImmutableArray<string> CommandOf(this HookSettings settings, HookKind kind) =>
        kind == HookKind.Added ? settings.Added : settings.Complete;
}
