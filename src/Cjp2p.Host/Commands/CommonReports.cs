namespace Cjp2p.Host.Commands;

/// <summary>A line of <c>id --json</c>.</summary>
internal sealed record IdReport(string Id, long LengthBytes, string Path);

/// <summary>A line of <c>share --json</c>: one shared file.</summary>
internal sealed record ShareReport(string Id, long LengthBytes, string Name);

/// <summary>A line of <c>run --json</c> and <c>share --json</c>: it is up and listens there.</summary>
/// <param name="Udp">Addresses of the node.</param>
/// <param name="Http">Address of the HTTP API, if there is one.</param>
internal sealed record ListeningReport(string[] Udp, string? Http);
