namespace Cjp2p.Actors.Inspection;

/// <summary>Names of message types as people read them.</summary>
internal static class InspectionNames
{
    /// <summary>The type without its namespace; a generic one with what it is of.</summary>
    public static string Of(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(',', type.GetGenericArguments().Select(Of))}>"
        : type.Name;
}
