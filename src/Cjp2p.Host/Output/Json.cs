using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cjp2p.Host.Commands;
using Cjp2p.Host.Simulation;

namespace Cjp2p.Host.Output;

/// <summary>JSON that the program writes for scripts: one object a line, names in camelCase.</summary>
[JsonSerializable(typeof(BackupReport))]
[JsonSerializable(typeof(ErrorReport))]
[JsonSerializable(typeof(IdReport))]
[JsonSerializable(typeof(RecheckReport))]
[JsonSerializable(typeof(RestoreReport))]
[JsonSerializable(typeof(ShareReport))]
[JsonSerializable(typeof(ListeningReport))]
[JsonSerializable(typeof(GetReport))]
[JsonSerializable(typeof(PeersReport))]
[JsonSerializable(typeof(PingReport))]
[JsonSerializable(typeof(SendReport))]
[JsonSerializable(typeof(SimulateReport))]
internal sealed partial class Json : JsonSerializerContext
{
    /// <summary>The context that commands write with: everything but ASCII is escaped only where it has to be.</summary>
    public static Json Lines { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
