using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cjp2p.Actors.Inspection;
using Cjp2p.Dashboard.Worlds;

namespace Cjp2p.Host.Http;

/// <summary>JSON of the HTTP API.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    Converters = [typeof(PeerAddressConverter), typeof(ContentIdConverter), typeof(ActorStateConverter)])]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(HealthDocument))]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(ActorTree))]
[JsonSerializable(typeof(ActorDetails))]
[JsonSerializable(typeof(PeerPage))]
[JsonSerializable(typeof(DownloadsDocument))]
[JsonSerializable(typeof(DownloadDetails))]
[JsonSerializable(typeof(EndedDownload))]
[JsonSerializable(typeof(StartDownloadBody))]
[JsonSerializable(typeof(ShareBody))]
[JsonSerializable(typeof(ShareDocument))]
[JsonSerializable(typeof(ContentDocument))]
[JsonSerializable(typeof(UnknownMessagesDocument))]
[JsonSerializable(typeof(TableSize[]))]
[JsonSerializable(typeof(BanState[]))]
[JsonSerializable(typeof(BanBody))]
[JsonSerializable(typeof(AddPeersBody))]
[JsonSerializable(typeof(LogLevelBody))]
[JsonSerializable(typeof(LogLevelBody[]))]
[JsonSerializable(typeof(RateLimitsBody))]
[JsonSerializable(typeof(RestartBody))]
[JsonSerializable(typeof(CaptureBody))]
[JsonSerializable(typeof(CaptureDocument))]
[JsonSerializable(typeof(CaptureDocument[]))]
[JsonSerializable(typeof(TapDocument))]
[JsonSerializable(typeof(CaptureLine))]
[JsonSerializable(typeof(FieldChange))]
[JsonSerializable(typeof(AuditEntry))]
[JsonSerializable(typeof(AuditEntry[]))]
[JsonSerializable(typeof(ReferenceStatus))]
[JsonSerializable(typeof(NodeFileDocument))]
[JsonSerializable(typeof(WorldDocument))]
[JsonSerializable(typeof(WorldNode[]))]
[JsonSerializable(typeof(WorldGoBody))]
[JsonSerializable(typeof(WorldFaultBody))]
[JsonSerializable(typeof(NodeState))]
[JsonSerializable(typeof(SocketState))]
[JsonSerializable(typeof(PeerRegistryState))]
[JsonSerializable(typeof(PeerState))]
[JsonSerializable(typeof(DownloadManagerState))]
[JsonSerializable(typeof(DownloadState))]
[JsonSerializable(typeof(SpanFetchState))]
[JsonSerializable(typeof(DownloadFileState))]
[JsonSerializable(typeof(ContentServerState))]
[JsonSerializable(typeof(ContentStoreState))]
[JsonSerializable(typeof(FolderIndexerState))]
[JsonSerializable(typeof(StorageState))]
internal sealed partial class HttpJson : JsonSerializerContext
{
    /// <summary>For files: escapes only what has to be. Not for what a browser may show.</summary>
    public static HttpJson Lines =>
        field ??= new HttpJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
