namespace Cjp2p.Host.Hooks;

/// <summary>Something happened that a command may be run for.</summary>
/// <param name="Kind">What.</param>
/// <param name="Id">Id of the content.</param>
/// <param name="Path">Full path of its file.</param>
/// <param name="LengthBytes">Its length.</param>
internal sealed record HookEvent(HookKind Kind, string Id, string Path, long LengthBytes);
