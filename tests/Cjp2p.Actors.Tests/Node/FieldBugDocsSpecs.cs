using System.Text.RegularExpressions;

namespace Cjp2p.Actors.Tests.Node;

/// <summary>docs/field-bugs.md knows all 33 bugs, and each test that it names exists.</summary>
public sealed partial class FieldBugDocsSpecs
{
    private static readonly string Page = Repository.Read("docs/field-bugs.md");

    [Fact]
    public void Every_bug_is_there()
    {
        var there = Row().Matches(Page)
            .SelectMany(row => row.Groups["numbers"].Value.Split(", "))
            .Where(number => !number.Contains('.', StringComparison.Ordinal))
            .Select(number => int.Parse(number, null));
        Assert.Equal(Enumerable.Range(1, 33), there.Distinct().Order());
    }

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .GroupBy(file => Path.GetFileNameWithoutExtension(file)).ToDictionary(group => group.Key, group => group.First());
        var named = TestName().Matches(Page).Select(test => (Class: test.Groups["class"].Value, Method: test.Groups["method"].Value)).ToArray();
        Assert.True(named.Length > 50);
        Assert.All(named, test =>
        {
            Assert.True(files.ContainsKey(test.Class), test.Class);
            Assert.True(
                test.Method.Length == 0 || File.ReadAllText(files[test.Class]).Contains($" {test.Method}(", StringComparison.Ordinal),
                $"{test.Class}.{test.Method}");
        });
    }

    // | 9.1.7, 4 | content past the end ...
    [GeneratedRegex(@"^\| (?<numbers>[\d., ]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(?<class>\w+(Tests|Specs?))(\.(?<method>\w+))?`")]
    private static partial Regex TestName();
}
