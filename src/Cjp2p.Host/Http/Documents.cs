using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Host.Http;

/// <summary>Why something cannot be done.</summary>
/// <param name="Error">In one line.</param>
internal sealed record ErrorDocument(string Error);

/// <summary>Downloads: a page of those that run, and the last ones that were started from here and have ended.</summary>
/// <param name="Total">Downloads that run.</param>
/// <param name="Skip">Running ones left out before these.</param>
/// <param name="Running">The page, with piece maps and sources, by id; those that do not answer in time are missing.</param>
/// <param name="Ended">The last one first.</param>
internal sealed record DownloadsDocument(int Total, int Skip, ImmutableArray<DownloadState> Running, EndedDownload[] Ended)
{
    /// <summary>The document of a page.</summary>
    public static DownloadsDocument Of(DownloadPage page, EndedDownload[] ended) => new(page.Total, page.Skip, page.Downloads, ended);
}

/// <summary>A download: one of the two is there.</summary>
/// <param name="Running">How it goes.</param>
/// <param name="Ended">How it ended.</param>
internal sealed record DownloadDetails(DownloadState? Running, EndedDownload? Ended);

/// <summary>A download that has ended.</summary>
/// <param name="Id">The content.</param>
/// <param name="Path">Its target.</param>
/// <param name="EndedAt">When.</param>
/// <param name="IsFinished">Whether the content is verified and in place.</param>
/// <param name="Reason">Why it is not; null: it is.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="FetchedBytes">Bytes of content that arrived for it.</param>
/// <param name="Seconds">How long that took.</param>
/// <param name="Sources">Who delivered.</param>
internal sealed record EndedDownload(
    ContentId Id, string Path, DateTimeOffset EndedAt, bool IsFinished, string? Reason, long LengthBytes, long FetchedBytes,
    double Seconds, ImmutableArray<PeerAddress> Sources);

/// <summary>Starts a download.</summary>
/// <param name="Id">SHA-256 of the content.</param>
/// <param name="Path">Full path of its target; an existing file is replaced when the content is verified.</param>
/// <param name="Peers">Whom to ask besides the peers that the node knows.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record StartDownloadBody(string Id, string Path, string[]? Peers = null);

/// <summary>Shares a file or folder.</summary>
/// <param name="Path">Its full path.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ShareBody(string Path);

/// <summary>What was shared.</summary>
/// <param name="Path">The path.</param>
/// <param name="Files">The files, in order of their paths.</param>
/// <param name="Problems">What could not be read, with the reason.</param>
internal sealed record ShareDocument(string Path, SharedFileDocument[] Files, string[] Problems);

/// <summary>A page of what is shared.</summary>
/// <param name="Files">Files that are shared in all.</param>
/// <param name="Skip">Files left out before these.</param>
/// <param name="Page">The page, in order of paths.</param>
internal sealed record ContentDocument(int Files, int Skip, SharedFileDocument[] Page);

/// <summary>A shared file.</summary>
internal sealed record SharedFileDocument(ContentId Id, string Path, long LengthBytes, DateTimeOffset ChangedAt);

/// <summary>Messages and fields that the node does not understand.</summary>
/// <param name="Names">By name.</param>
/// <param name="Others">Messages with further names, counted together.</param>
internal sealed record UnknownMessagesDocument(UnknownMessageDocument[] Names, long Others);

/// <summary>A name that the node does not know.</summary>
/// <param name="Name">As strangers write it.</param>
/// <param name="Count">How often it came.</param>
/// <param name="FirstAt">When it came first.</param>
/// <param name="LastAt">When it came last.</param>
/// <param name="Senders">Who sent it: the first eight.</param>
/// <param name="Sample">Payload of the first one, cut.</param>
internal sealed record UnknownMessageDocument(
    string Name, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt, ImmutableArray<PeerAddress> Senders, string Sample);

/// <summary>Bans a peer.</summary>
/// <param name="Address">ip:port, or an IP address for all its ports.</param>
/// <param name="Seconds">For how long; an hour when nothing is said, at most 30 days.</param>
/// <param name="Reason">Why.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record BanBody(string Address, double Seconds = 3600, string? Reason = null);

/// <summary>Tells the node of peers.</summary>
/// <param name="Addresses">ip:port.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record AddPeersBody(string[] Addresses);

/// <summary>Least level that is logged of an actor and all below it.</summary>
/// <param name="Path">As in a tree: /downloads.</param>
/// <param name="Level">Verbose, Debug, Information, Warning, Error or Fatal.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record LogLevelBody(string Path, string Level);

/// <summary>Rates that can be changed while the node runs; what is left out stays as it is.</summary>
/// <param name="SourcePerSecond">Datagrams a second that prove nothing, of one IP address.</param>
/// <param name="SourceBurst">How many at once.</param>
/// <param name="StrangersPerSecond">Of all strangers together.</param>
/// <param name="StrangersBurst">How many at once.</param>
/// <param name="Upload">Content sent, in bytes a second; 0: no limit.</param>
/// <param name="Download">Content asked for, in bytes a second; 0: no limit.</param>
/// <param name="PeerUpload">Content sent to one peer, in bytes a second; 0: no limit.</param>
/// <param name="QuietHours">Hours (UTC) in which the next two count instead, as 22:00-06:00; empty: none.</param>
/// <param name="QuietUpload">As upload, in these hours.</param>
/// <param name="QuietDownload">As download, in these hours.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RateLimitsBody(
    long? SourcePerSecond, long? SourceBurst, long? StrangersPerSecond, long? StrangersBurst, long? Upload, long? Download, long? PeerUpload,
    string? QuietHours = null, long? QuietUpload = null, long? QuietDownload = null)
{
    /// <summary>Those of a node.</summary>
    public static RateLimitsBody Of(NodeServices node)
    {
        var (ingress, limits) = (node.Ingress, node.Rates.Settings);
        return new RateLimitsBody(
            (long)ingress.SourcePerSecond, (long)ingress.SourceBurst, (long)ingress.StrangersPerSecond, (long)ingress.StrangersBurst,
            limits.Upload, limits.Download, limits.PeerUpload,
            limits.Quiet?.ToString() ?? "", limits.QuietUpload, limits.QuietDownload);
    }
}

/// <summary>Lets an actor fail.</summary>
/// <param name="Path">As in a tree.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RestartBody(string Path);

/// <summary>Captures datagrams; parts that are null fit everything.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record CaptureBody(
    string? Peer = null, string? Message = null, string? Content = null, string? Direction = null, double Seconds = 60);

/// <summary>A capture file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="IsRunning">Whether it grows still.</param>
/// <param name="Datagrams">Datagrams written to it; null: it is of an earlier run.</param>
/// <param name="Dropped">Datagrams that were lost; null as above.</param>
internal sealed record CaptureDocument(string Name, long Bytes, bool IsRunning, long? Datagrams, long? Dropped);

/// <summary>An event of a tap.</summary>
/// <param name="Kind">datagram, handled, or the kind of what happened to an actor; dropped: how many were lost so far.</param>
/// <param name="At">Time of day.</param>
/// <param name="ClockSeconds">The same on the node's clock.</param>
/// <param name="Path">The actor.</param>
/// <param name="Message">Type of the message that was handled.</param>
/// <param name="TookMs">How long that took.</param>
/// <param name="Text">What happened; text of a datagram, cut unless all of it was asked for.</param>
/// <param name="Direction">in or out.</param>
/// <param name="Local">Our address.</param>
/// <param name="Remote">The other's.</param>
/// <param name="Bytes">Length of the datagram.</param>
/// <param name="Messages">Names of the messages in it.</param>
/// <param name="Content">What it is about.</param>
/// <param name="Encoding">base64 when the text is that of a datagram that is no UTF-8.</param>
/// <param name="Dropped">Events that were lost so far.</param>
internal sealed record TapDocument(
    string Kind,
    DateTimeOffset At,
    double ClockSeconds,
    string? Path = null,
    string? Message = null,
    double? TookMs = null,
    string? Text = null,
    string? Direction = null,
    string? Local = null,
    string? Remote = null,
    int? Bytes = null,
    string[]? Messages = null,
    string? Content = null,
    string? Encoding = null,
    long? Dropped = null);

/// <summary>A line of a capture file.</summary>
internal sealed record CaptureLine(
    [property: JsonPropertyName("from")] string From,
    [property: JsonPropertyName("to")] string To,
    [property: JsonPropertyName("from_addr")] string FromAddress,
    [property: JsonPropertyName("to_addr")] string ToAddress,
    [property: JsonPropertyName("t")] double T,
    [property: JsonPropertyName("payload")] string Payload,
    [property: JsonPropertyName("encoding")] string? Encoding);

/// <summary>How the node is, in the form of the reference node (its <c>/status.json</c>).</summary>
internal sealed record ReferenceStatus(
    [property: JsonPropertyName("version")] string Version,
    [property: JsonPropertyName("public_key")] string PublicKey,
    [property: JsonPropertyName("total_peers")] int TotalPeers,
    [property: JsonPropertyName("unique_ips")] int UniqueIps,
    [property: JsonPropertyName("active_peer_count")] int ActivePeerCount,
    [property: JsonPropertyName("fast_peer_count")] int FastPeerCount,
    [property: JsonPropertyName("active_peers")] ReferencePeer[] ActivePeers,
    [property: JsonPropertyName("free_disk_bytes")] long FreeDiskBytes);

/// <summary>A peer in the form of the reference node.</summary>
internal sealed record ReferencePeer(
    [property: JsonPropertyName("addr")] string Address,
    [property: JsonPropertyName("pub")] string PublicKey,
    [property: JsonPropertyName("delay_ms")] int DelayMs);

/// <summary>Where a node that runs can be reached: the file <c>node.json</c> in its data folder, readable by its user alone.</summary>
/// <param name="Http">ip:port of its HTTP API.</param>
/// <param name="Token">Its token.</param>
/// <param name="Process">Number of its process.</param>
internal sealed record NodeFileDocument(string Http, string Token, int Process);
