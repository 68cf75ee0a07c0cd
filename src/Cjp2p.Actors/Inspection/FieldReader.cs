using System.Collections;
using System.Globalization;
using System.Reflection;

namespace Cjp2p.Actors.Inspection;

/// <summary>Reads one field of a state by its name, as <c>doneBytes</c> or <c>sources[0].roundTripMs</c>. Pure.</summary>
public static class FieldReader
{
    private const int DepthMax = 8;

    /// <summary>The value of a field as text; null when there is no such field. Names are not case-sensitive.</summary>
    /// <param name="state">The state.</param>
    /// <param name="field">The field; lists without an index give their length.</param>
    public static string? Read(ActorState state, string field)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(field);
        object? value = state;
        var parts = field.Split('.');
        if (parts.Length > DepthMax)
            return null;
        foreach (var part in parts)
        {
            var bracket = part.IndexOf('[', StringComparison.Ordinal);
            var name = bracket < 0 ? part : part[..bracket];
            var property = value?.GetType().GetProperty(
                name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase);
            if (property is null || property.GetIndexParameters().Length > 0)
                return null;
            value = property.GetValue(value);
            if (bracket < 0)
                continue;
            if (!part.EndsWith(']') || value is not IList list
                || !int.TryParse(part.AsSpan(bracket + 1, part.Length - bracket - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                return null;
            value = index < list.Count ? list[index] : null;
        }

        return value switch
        {
            null => "null",
            string text => text,
            IList list => list.Count.ToString(CultureInfo.InvariantCulture),
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "null",
        };
    }
}
