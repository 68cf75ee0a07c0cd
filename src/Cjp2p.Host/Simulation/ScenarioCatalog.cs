using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Host.Simulation;

/// <summary>The scenarios that come with the program, and those in files.</summary>
internal static class ScenarioCatalog
{
    private const string Prefix = "scenarios.";
    private const string Suffix = ".conf";

    /// <summary>Names of the scenarios that come with the program.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(ScenarioCatalog).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The scenario of this name, or in this file.</summary>
    /// <exception cref="UserException">There is none, or it makes no sense.</exception>
    public static Scenario Load(string nameOrFile)
    {
        if (Names.Contains(nameOrFile))
        {
            using var stream = typeof(ScenarioCatalog).Assembly.GetManifestResourceStream(Prefix + nameOrFile + Suffix)!;
            using var reader = new StreamReader(stream);
            return ScenarioFile.Read(reader.ReadToEnd(), nameOrFile + Suffix, nameOrFile);
        }

        if (!LooksLikeFile(nameOrFile) && !File.Exists(nameOrFile))
        {
            throw UserException.WrongArguments(
                $"there is no scenario {nameOrFile}: did you mean {NearestName.Of(nameOrFile, Names)}? A file is named with its path; --list names them all");
        }

        string text;
        try
        {
            text = File.ReadAllText(nameOrFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw UserException.Failed($"the scenario {nameOrFile} cannot be read: {FileProblems.Describe(e, Directory.Exists(nameOrFile))}", e);
        }

        return ScenarioFile.Read(text, nameOrFile, Path.GetFileNameWithoutExtension(nameOrFile));
    }

    private static bool LooksLikeFile(string text) =>
        text.Contains('/', StringComparison.Ordinal) || text.Contains('\\', StringComparison.Ordinal)
        || text.EndsWith(Suffix, StringComparison.Ordinal);
}
