using System.Text.Json.Serialization;

namespace Cjp2p.Host.Http;

/// <summary>JSON of the HTTP API.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(HealthDocument))]
internal sealed partial class HttpJson : JsonSerializerContext;
