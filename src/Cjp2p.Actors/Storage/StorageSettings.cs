namespace Cjp2p.Actors.Storage;

/// <summary>Settings of what is kept across restarts: <c>cjp2p.storage</c>; see the reference configuration.</summary>
/// <param name="WriteAfter">Longest wait of a change before it is written, with all that came meanwhile.</param>
/// <param name="BatchMax">Changes that are written at once without waiting longer.</param>
/// <param name="WaitingMax">Changes that may wait while the disk fails.</param>
/// <param name="RetryAfter">Wait after a failure of the disk.</param>
public sealed record StorageSettings(TimeSpan WriteAfter, int BatchMax, int WaitingMax, TimeSpan RetryAfter);
