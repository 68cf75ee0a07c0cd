using Cjp2p.Actors.Node;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Host.Http;

/// <summary>
/// How the node is, as <c>GET /api/status</c> answers and <c>docs/operating.md</c> describes. Numbers have their unit in
/// their name; a part whose actor did not answer in time is left out.
/// </summary>
/// <param name="Name">Name of the node.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="TakenAt">When this was.</param>
/// <param name="UptimeSeconds">Since the node started.</param>
/// <param name="PartsAnswered">How many of the four parts below answered.</param>
/// <param name="Endpoints">Its sockets.</param>
/// <param name="Peers">Its peers.</param>
/// <param name="Shared">What it shares.</param>
/// <param name="Downloads">Its running downloads, by id.</param>
internal sealed record StatusDocument(
    string Name,
    string Version,
    DateTimeOffset TakenAt,
    double UptimeSeconds,
    int PartsAnswered,
    EndpointDocument[]? Endpoints,
    PeersDocument? Peers,
    SharedDocument? Shared,
    DownloadDocument[]? Downloads)
{
    /// <summary>What is wrong with it, in words; empty: nothing. Not there where nobody looked.</summary>
    public string[]? Reasons { get; init; }

    /// <summary>The document of a status.</summary>
    public static StatusDocument From(NodeProtocol.NodeStatus status) => new(
        status.Name,
        ProgramVersion.Text,
        status.TakenAt,
        Math.Round(status.Uptime.TotalSeconds, 3),
        status.Answered,
        status.Socket is { } socket ? [.. socket.Endpoints.Select(EndpointDocument.From)] : null,
        status.Peers is { } peers
            ? new PeersDocument(
                peers.Verified,
                peers.Hearsay,
                peers.PeerActors,
                peers.Evictions,
                [
                    .. peers.Peers.Select(peer => new PeerDocument(
                        peer.Address.ToString(),
                        peer.RoundTrip > TimeSpan.Zero ? Math.Round(peer.RoundTrip.TotalMilliseconds, 3) : null,
                        peer.UnansweredProbes)),
                ],
                [.. peers.SeenAs.Select(seen => new SeenDocument(seen.Address.ToString(), seen.Reporters, seen.IsConfirmed, seen.IsTranslated))])
            : null,
        status.Store is { } store ? new SharedDocument(store.Files, store.Bytes, store.Indexing) : null,
        status.Downloads is { } downloads
            ?
            [
                .. downloads.Running.Select(one => new DownloadDocument(
                    one.Id.ToString(),
                    one.TargetPath,
                    one.Phase.ToString(),
                    one.LengthBytes < 0 ? null : one.LengthBytes,
                    one.DoneBytes,
                    one.FetchedBytes,
                    one.Sources,
                    one.Asked,
                    one.Why.Length > 0 ? one.Why : null)),
            ]
            : null);
}

/// <summary>A socket.</summary>
internal sealed record EndpointDocument(
    string Address,
    bool IsOpen,
    string? Reason,
    int Reopened,
    long DatagramsIn,
    long BytesIn,
    long DatagramsOut,
    long BytesOut,
    long Truncated,
    long IcmpErrors,
    long SendFailures,
    long SendDrops)
{
    /// <summary>The document of an endpoint.</summary>
    public static EndpointDocument From(SocketProtocol.EndpointStatus endpoint) => new(
        endpoint.Address.ToString(),
        endpoint.IsOpen,
        endpoint.Reason.Length > 0 ? endpoint.Reason : null,
        endpoint.Reopened,
        endpoint.DatagramsIn,
        endpoint.BytesIn,
        endpoint.DatagramsOut,
        endpoint.BytesOut,
        endpoint.Truncated,
        endpoint.IcmpErrors,
        endpoint.SendFailures,
        endpoint.SendDrops);
}

/// <summary>Peers: sizes of the tables, and some of the verified peers.</summary>
internal sealed record PeersDocument(int Verified, int Hearsay, int Actors, long Evictions, PeerDocument[] Some, SeenDocument[] SeenAs);

/// <summary>How others see this node.</summary>
internal sealed record SeenDocument(string Address, int Reporters, bool IsConfirmed, bool IsTranslated);

/// <summary>A verified peer.</summary>
internal sealed record PeerDocument(string Address, double? RoundTripMs, int UnansweredProbes);

/// <summary>What is shared.</summary>
internal sealed record SharedDocument(int Files, long Bytes, int BeingHashed);

/// <summary>A running download.</summary>
internal sealed record DownloadDocument(
    string Id,
    string Path,
    string Phase,
    long? LengthBytes,
    long DoneBytes,
    long FetchedBytes,
    int Sources,
    int Asked,
    string? Why);

/// <summary>What the health checks answer.</summary>
/// <param name="Status">In one word: live, ready, or degraded.</param>
/// <param name="Reasons">Why it is degraded.</param>
internal sealed record HealthDocument(string Status, string[] Reasons);
