using System.Collections.Immutable;

namespace Cjp2p.Actors.Node;

/// <summary>
/// Commands to run when something happens: <c>cjp2p.hooks</c>; see the reference configuration. The library only reads and
/// checks them: the program runs them.
/// </summary>
/// <param name="Added">The program and its arguments when a content is served that was not known before; empty: none.</param>
/// <param name="Complete">The same when a download is complete.</param>
/// <param name="RunningMax">Commands at the same time.</param>
/// <param name="WaitingMax">Events that wait for their turn.</param>
/// <param name="Timeout">How long one may take.</param>
public sealed record HookSettings(
    ImmutableArray<string> Added, ImmutableArray<string> Complete, int RunningMax, int WaitingMax, TimeSpan Timeout);
