using System.Globalization;
using System.Text.Json;
using Cjp2p.Host.Tests.Http;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>What commands that look into a node show of text that strangers chose: nothing that a terminal would obey.</summary>
public sealed class HostileTextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Inspect_and_tap_print_it_as_text()
    {
        await using var node = await HostileNode.StartAsync();
        foreach (var arguments in new string[][]
        {
            ["inspect"], ["inspect", "/x"], ["inspect", "/x", "--field", "y"], ["inspect", "/x", "--field", "y", "--watch"], ["tap"], ["tap", "--actors"], ["peers"],
        })
        {
            var outcome = await Cjp2pProcess.RunAsync(_folder.Root, [.. arguments, "--node", node.Address]);
            Assert.True(outcome.ExitCode == 0, outcome.ToString());
            Assert.Contains(outcome.Output, line => line.Contains("<img src=x onerror=alert(1)>", StringComparison.Ordinal) && line.Contains("\\u001b[2J", StringComparison.Ordinal));
            Assert.All([.. outcome.Output, .. outcome.Error], IsPlain);
        }

        // One that does not answer is shown as such.
        var tree = await Cjp2pProcess.RunAsync(_folder.Root, "inspect", "--node", node.Address);
        Assert.Contains(tree.Output, line => line.EndsWith("no answer: 3 messages wait, the oldest for 1500 ms", StringComparison.Ordinal));
    }

    [Fact]
    public async Task As_JSON_it_is_the_same_text_for_a_script_and_plain_for_a_terminal()
    {
        await using var node = await HostileNode.StartAsync();
        var inspect = await Cjp2pProcess.RunAsync(_folder.Root, "inspect", "/x", "--json", "--node", node.Address);
        var line = Assert.Single(inspect.Output);
        IsPlain(line);
        Assert.Equal(HostileNode.Text, JsonDocument.Parse(line).RootElement.GetProperty("state").GetProperty("summary").GetString());
        var tap = await Cjp2pProcess.RunAsync(_folder.Root, "tap", "--json", "--node", node.Address);
        Assert.All(tap.Output, IsPlain);
        Assert.Equal(HostileNode.Text, JsonDocument.Parse(tap.Output[0]).RootElement.GetProperty("text").GetString());
    }

    [TmuxFact]
    public async Task Top_draws_it_as_text_on_every_page()
    {
        await using var node = await HostileNode.StartAsync();
        await using var screen = await TmuxScreen.StartAsync(_folder.Root, 160, 40, "top", "--node", node.Address);
        foreach (var key in (string[])["1", "2", "3", "4", "Enter"])
        {
            await screen.PressAsync(key);
            var title = key switch
            {
                "1" => "Downloads (1)",
                "2" => "1 downloads, by id",
                "3" => "2 actors, the busiest first",
                "4" => "1 peers, the slowest first",
                _ => "state:",
            };
            var shown = await screen.UntilAsync(
                text => text.Contains(title, StringComparison.Ordinal) && text.Contains("\\u001b[2J", StringComparison.Ordinal));
            Assert.All(shown.Split('\n'), IsPlain);
        }

        await screen.PressAsync("q");
        await screen.UntilAsync("ended with 0");
        // The title of the terminal is nobody's but its user's.
        Assert.DoesNotContain("owned", await screen.TitleAsync(), StringComparison.Ordinal);
    }

    private static void IsPlain(string line) => Assert.DoesNotContain(
        line, c => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
