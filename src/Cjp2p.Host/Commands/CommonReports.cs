namespace Cjp2p.Host.Commands;

/// <summary>What any command prints with <c>--json</c> when it fails with exit code 1, besides the line on standard error.</summary>
/// <param name="Error">Why, as on standard error.</param>
/// <param name="Id">Of <c>get</c>: the content.</param>
/// <param name="Path">Of <c>get</c>: where it was to be put.</param>
/// <param name="KeptBytes">Of <c>get</c>: bytes that were fetched and are kept for the next time.</param>
internal sealed record ErrorReport(string Error, string? Id = null, string? Path = null, long? KeptBytes = null);

/// <summary>What <c>recheck --json</c> prints.</summary>
/// <param name="Folders">Whether all shared folders are being looked through.</param>
/// <param name="Ids">Contents that are being hashed.</param>
internal sealed record RecheckReport(bool Folders, string[] Ids);

/// <summary>What <c>backup --json</c> prints.</summary>
/// <param name="Path">The copy.</param>
/// <param name="LengthBytes">Its length.</param>
internal sealed record BackupReport(string Path, long LengthBytes);

/// <summary>What <c>restore --json</c> prints.</summary>
/// <param name="Data">The data folder.</param>
/// <param name="Aside">New name of what was there before; left out when nothing was.</param>
internal sealed record RestoreReport(string Data, string? Aside);

/// <summary>A line of <c>id --json</c>.</summary>
internal sealed record IdReport(string Id, long LengthBytes, string Path);

/// <summary>A line of <c>share --json</c>: one shared file.</summary>
internal sealed record ShareReport(string Id, long LengthBytes, string Name);

/// <summary>A line of <c>run --json</c> and <c>share --json</c>: it is up and listens there.</summary>
/// <param name="Udp">Addresses of the node.</param>
/// <param name="Http">Address of the HTTP API, if there is one.</param>
internal sealed record ListeningReport(string[] Udp, string? Http);
