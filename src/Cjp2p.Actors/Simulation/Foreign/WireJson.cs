using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>JSON as the foreign peers read and write it.</summary>
internal static class WireJson
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions RelaxedText = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Null if it is no JSON, or nested deeper.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> datagram, int depthMax = 128)
    {
        try
        {
            return JsonDocument.Parse(datagram, new JsonDocumentOptions { MaxDepth = depthMax });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// What the Rust nodes ask of the whole datagram on top of JSON: valid UTF-8, no lone surrogate in an escape, no
    /// number beyond a double.
    /// </summary>
    public static bool IsStrict(ReadOnlySpan<byte> datagram, JsonElement root)
    {
        if (!Utf8.IsValid(datagram)) return false;
        try
        {
            return IsStrict(root, escapes: datagram.Contains((byte)'\\'));
        }
        catch (InvalidOperationException)
        {
            return false; // what GetString says to a lone surrogate
        }
    }

    /// <summary>A JSON string.</summary>
    public static string Quote(string text) => JsonSerializer.Serialize(text, RelaxedText);

    /// <summary>A JSON list of strings.</summary>
    public static string QuoteAll(IEnumerable<string> texts) => "[" + string.Join(',', texts.Select(Quote)) + "]";

    /// <summary>Compact text of a value; Rust's JSON values keep the keys of an object in alphabetical order.</summary>
    public static string Compact(JsonElement value, bool sortKeys)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Relaxed)) Write(writer, value, sortKeys);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>The names of the messages in a datagram, for counting: every key of every object in the array.</summary>
    public static IEnumerable<string> MessageNames(JsonDocument? document)
    {
        if (document is null || document.RootElement.ValueKind != JsonValueKind.Array) yield break;
        foreach (JsonElement element in document.RootElement.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Object) continue;
            foreach (JsonProperty property in element.EnumerateObject()) yield return NameOf(property);
        }
    }

    /// <summary>The single key of an element and its payload; false if it is no object or has no or more than one key.</summary>
    public static bool TrySingle(JsonElement element, out string name, out JsonElement payload)
    {
        name = "";
        payload = default;
        if (element.ValueKind != JsonValueKind.Object) return false;
        int count = 0;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            count++;
            name = NameOf(property);
            payload = property.Value;
        }

        return count == 1;
    }

    /// <summary>A field of an object, null if it is not there or the value is no object.</summary>
    public static JsonElement? Field(JsonElement payload, string name) =>
        payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty(name, out JsonElement value) ? value : null;

    /// <summary>
    /// Fields of a payload as Rust's derived readers take them: from an object (a field twice is an error, others are
    /// ignored) or from an array with exactly the declared fields in order. Null if it is neither. Absent is null.
    /// </summary>
    public static JsonElement?[]? StructFields(JsonElement payload, params ReadOnlySpan<string> names)
    {
        var fields = new JsonElement?[names.Length];
        if (payload.ValueKind == JsonValueKind.Array)
        {
            if (payload.GetArrayLength() != names.Length) return null;
            for (int i = 0; i < names.Length; i++) fields[i] = payload[i];
            return fields;
        }

        if (payload.ValueKind != JsonValueKind.Object) return null;
        foreach (JsonProperty property in payload.EnumerateObject())
        {
            int index = names.IndexOf(NameOf(property));
            if (index < 0) continue;
            if (fields[index] is not null) return null;
            fields[index] = property.Value;
        }

        return fields;
    }

    public static string? AsString(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static ulong? AsUnsigned(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Number } number && number.TryGetUInt64(out ulong u) ? u : null;

    /// <summary>A list of strings, null if it is anything else.</summary>
    public static List<string>? AsStrings(JsonElement? value)
    {
        if (value is not { ValueKind: JsonValueKind.Array } list) return null;
        var texts = new List<string>();
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (AsString(item) is not { } text) return null;
            texts.Add(text);
        }

        return texts;
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return "?"; // a key that is no valid text
        }
    }

    private static bool IsStrict(JsonElement value, bool escapes)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    if (escapes) _ = property.Name;
                    if (!IsStrict(property.Value, escapes)) return false;
                }

                return true;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                    if (!IsStrict(item, escapes)) return false;
                return true;
            case JsonValueKind.String:
                if (escapes) _ = value.GetString();
                return true;
            case JsonValueKind.Number:
                return double.IsFinite(value.GetDouble());
            default:
                return true;
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value, bool sortKeys)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                IEnumerable<JsonProperty> properties = value.EnumerateObject();
                if (sortKeys) properties = properties.OrderBy(p => p.Name, StringComparer.Ordinal);
                foreach (JsonProperty property in properties)
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value, sortKeys);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray()) Write(writer, item, sortKeys);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(value.GetRawText());
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
