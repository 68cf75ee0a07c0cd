using System.Collections;
using System.Globalization;
using System.Reflection;
using Cjp2p.Actors.Inspection;
using Cjp2p.Host.Output;

namespace Cjp2p.Dashboard.Parts;

/// <summary>A field of a state.</summary>
/// <param name="Name">Its path, as in <c>sources[0].windowChunks</c>.</param>
/// <param name="Depth">How deep it lies.</param>
/// <param name="Value">Its value as text; of a list how many there are.</param>
/// <param name="Number">The same as a number; null: it is none.</param>
/// <param name="HasMore">Whether there is something below it.</param>
public sealed record StateField(string Name, int Depth, string Value, double? Number, bool HasMore)
{
    /// <summary>Last part of its name.</summary>
    public string Label => Name[(Name.LastIndexOf('.') + 1)..] is var last && last.EndsWith(']') ? last[last.LastIndexOf('[')..] : last;
}

/// <summary>The state of an actor as a list of fields, those below an open one included. Pure.</summary>
public static class StateFields
{
    private const int ItemsMax = 100;
    private const int DepthMax = 6;
    private const int TextMax = 400;

    /// <summary>The fields in their order.</summary>
    /// <param name="state">The state.</param>
    /// <param name="isOpen">Whether what lies below a field is wanted.</param>
    public static List<StateField> Of(ActorState state, Func<string, bool> isOpen)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(isOpen);
        var fields = new List<StateField>();
        AddProperties(state, "", 0);
        return fields;

        void AddProperties(object of, string prefix, int depth)
        {
            foreach (var property in of.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
            {
                if (property.GetIndexParameters().Length > 0
                    || property.Name is "EqualityContract" || (depth == 0 && property.Name == nameof(ActorState.Summary)))
                    continue;
                var name = char.ToLowerInvariant(property.Name[0]) + property.Name[1..];
                Add(property.GetValue(of), prefix + name, depth);
            }
        }

        void Add(object? value, string name, int depth)
        {
            var isList = value is IList;
            var isRecord = value is not null && !isList && value.GetType() is { IsPrimitive: false, IsEnum: false, IsValueType: false } and var type && type != typeof(string);
            var hasMore = depth < DepthMax && (isRecord || (isList && Length(value!) > 0));
            fields.Add(new StateField(name, depth, isRecord ? "" : Text(value, name), Number(value), hasMore));
            if (!hasMore || !isOpen(name))
                return;
            if (isRecord)
            {
                AddProperties(value!, name + ".", depth + 1);
                return;
            }

            var list = (IList)value!;
            for (var i = 0; i < Math.Min(Length(list), ItemsMax); i++)
                Add(list[i], $"{name}[{i.ToString(CultureInfo.InvariantCulture)}]", depth + 1);
        }
    }

    private static int Length(object list)
    {
        try
        {
            return ((IList)list).Count;
        }
        catch (InvalidOperationException)
        {
            // An immutable array that was never set.
            return 0;
        }
    }

    private static string Text(object? value, string name) => value switch
    {
        long bytes when bytes < 0 && IsBytes(name) => "not known",
        long bytes when bytes >= 1024 && IsBytes(name) => string.Create(CultureInfo.InvariantCulture, $"{Amounts.Bytes(bytes)} ({bytes:#,0})"),
        null => "–",
        string text => Visible.Cut(Visible.Escape(text), TextMax),
        IList list => Amounts.Count(Length(list), "entry", "entries"),
        bool flag => flag ? "yes" : "no",
        double number => number.ToString("#,0.###", CultureInfo.InvariantCulture),
        int or long => ((IFormattable)value).ToString("#,0", CultureInfo.InvariantCulture),
        IFormattable other => Visible.Escape(other.ToString(null, CultureInfo.InvariantCulture)),
        _ => Visible.Cut(Visible.Escape(value.ToString() ?? ""), TextMax),
    };

    private static bool IsBytes(string name) =>
        name.EndsWith("Bytes", StringComparison.Ordinal) || name[(name.LastIndexOf('.') + 1)..].StartsWith("bytes", StringComparison.Ordinal);

    private static double? Number(object? value) => value switch
    {
        double number => number,
        int number => number,
        long number => number,
        _ => null,
    };
}
