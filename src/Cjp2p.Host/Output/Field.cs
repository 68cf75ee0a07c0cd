using System.Globalization;
using System.Text.Json;

namespace Cjp2p.Host.Output;

/// <summary>Fields of what a node answers, as text.</summary>
internal static class Field
{
    /// <summary>A field; empty when there is none.</summary>
    public static string Of(JsonElement element, string name) => element.TryGetProperty(name, out var field) ? Of(field) : "";

    /// <summary>A value.</summary>
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() ?? "",
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        _ => value.GetRawText(),
    };

    /// <summary>A value for people: bytes, which the name says, as an amount with the number itself behind it.</summary>
    public static string Human(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number
            || !(name.EndsWith("Bytes", StringComparison.Ordinal) || name.StartsWith("bytes", StringComparison.Ordinal)))
            return Of(value);
        return value.GetDouble() switch
        {
            < 0 => "not known",
            < 1024 => Of(value),
            var bytes => $"{Amounts.Bytes((long)bytes)} ({Of(value)})",
        };
    }

    /// <summary>A number; 0 when there is none.</summary>
    public static double Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.Number ? field.GetDouble() : 0;

    /// <summary>The elements of a list; none when there is no list.</summary>
    public static IEnumerable<JsonElement> List(JsonElement element, string name) =>
        element.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.Array ? field.EnumerateArray() : [];

    /// <summary>Time of day of a moment, with milliseconds.</summary>
    public static string Time(JsonElement element, string name) =>
        element.TryGetProperty(name, out var field) && field.TryGetDateTimeOffset(out var at)
            ? at.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)
            : "";
}
