using System.Text.RegularExpressions;

namespace Cjp2p.Actors.Tests.Protocol;

/// <summary>docs/protocol.md names each requirement once, and files and tests that exist.</summary>
public sealed partial class ProtocolDocsSpecs
{
    private static readonly string Page = Repository.Read("docs/protocol.md");

    [Fact]
    public void Every_requirement_is_there_in_order() =>
        Assert.Equal(Enumerable.Range(1, 24), Requirement().Matches(Page).Select(row => int.Parse(row.Groups["number"].Value)));

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var known = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => TestMethod().Matches(File.ReadAllText(file))
                .Select(method => $"{Path.GetFileNameWithoutExtension(file)}.{method.Groups["name"].Value}"))
            .ToHashSet(StringComparer.Ordinal);
        var named = TestName().Matches(Page).Select(test => test.Groups["name"].Value).ToArray();
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(known));
    }

    [Fact]
    public void Every_file_that_is_named_exists()
    {
        var named = SourceFile().Matches(Page).Select(file => file.Groups["path"].Value).ToArray();
        Assert.NotEmpty(named);
        Assert.All(named, path => Assert.True(File.Exists(Path.Combine(Repository.Root, "src", "Cjp2p.Actors", path)), path));
    }

    // | 7 | MUST | ...
    [GeneratedRegex(@"^\| (?<number>\d+) \| (MUST|MUST NOT|SHOULD|SHOULD NOT|MAY|convention) \|", RegexOptions.Multiline)]
    private static partial Regex Requirement();

    // `DatagramReaderTests.White_space_is_fine_anywhere`
    [GeneratedRegex(@"`(?<name>\w+(Tests|Specs?)\.\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"public (async )?(void|Task) (?<name>\w+)\(")]
    private static partial Regex TestMethod();

    // `Protocol/DatagramReader.cs`
    [GeneratedRegex(@"`(?<path>[A-Z]\w+/[\w/]+\.cs)`")]
    private static partial Regex SourceFile();
}
