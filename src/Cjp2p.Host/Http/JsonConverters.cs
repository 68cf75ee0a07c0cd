using System.Text.Json;
using System.Text.Json.Serialization;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Host.Http;

/// <summary>An address as ip:port.</summary>
internal sealed class PeerAddressConverter : JsonConverter<PeerAddress>
{
    public override PeerAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        PeerAddress.TryParse(reader.GetString(), out var address)
            ? address
            : throw new JsonException("an address is ip:port or [ipv6]:port");

    public override void Write(Utf8JsonWriter writer, PeerAddress value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

/// <summary>A content id as text.</summary>
internal sealed class ContentIdConverter : JsonConverter<ContentId>
{
    public override ContentId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ContentId.TryParse(reader.GetString(), out var id) ? id : throw new JsonException("an id is 64 hexadecimal digits");

    public override void Write(Utf8JsonWriter writer, ContentId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

/// <summary>A state as what it is; which kind that is says the type of its actor.</summary>
internal sealed class ActorStateConverter : JsonConverter<ActorState>
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert == typeof(ActorState);

    public override ActorState Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("states are written only");

    public override void Write(Utf8JsonWriter writer, ActorState value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, options.GetTypeInfo(value.GetType()));
}
