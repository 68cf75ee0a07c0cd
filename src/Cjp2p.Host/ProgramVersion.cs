using System.Reflection;

namespace Cjp2p.Host;

/// <summary>Version of the program.</summary>
internal static class ProgramVersion
{
    /// <summary>As --version prints it.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?";
}
