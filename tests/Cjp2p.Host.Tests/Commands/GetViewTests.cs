using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Commands;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cjp2p.Host.Tests.Commands;

/// <summary>The progress of a download as it stands on a terminal.</summary>
public sealed class GetViewTests
{
    private static readonly DownloadProtocol.Progress Halfway = new(
        ContentId.FromSha256(default), "/tmp/got", DownloadPhase.Fetching, 256 << 20, 128 << 20, 128 << 20, 3, 5, "");

    [Fact]
    public void Before_it_is_found_it_says_how_many_were_asked() =>
        Assert.Equal(
            ["searching, 5 addresses asked"],
            Draw(GetView.Render(Halfway with { LengthBytes = -1 }, 0, 77, true), 77));

    [Fact]
    public void It_shows_part_speed_sources_and_time_left() =>
        Assert.Equal(
            ["━━━━━━━━━──────────  50%  128 MiB of 256 MiB   100 MB/s  3 sources  0:02 left"],
            Draw(GetView.Render(Halfway, 100e6, 77, true), 77));

    [Fact]
    public void A_terminal_without_Unicode_gets_a_bar_too() =>
        Assert.StartsWith("####", Draw(GetView.Render(Halfway, 100e6, 77, false), 77)[0], StringComparison.Ordinal);

    [Fact]
    public void A_stall_says_why_on_a_line_of_its_own() =>
        Assert.Equal(
            "none\\u001b answers", Draw(GetView.Render(Halfway with { Why = "none\u001b answers" }, 0, 77, true), 77)[1]);

    [Fact]
    public void Verifying_is_shown_instead_of_a_speed() =>
        Assert.EndsWith(
            "100%  256 MiB of 256 MiB  verifying",
            Draw(GetView.Render(Halfway with { DoneBytes = 256 << 20, Phase = DownloadPhase.Verifying }, 0, 77, true), 77)[0],
            StringComparison.Ordinal);

    [Theory]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(77)]
    [InlineData(117)]
    [InlineData(300)]
    public void It_is_one_line_at_any_width(int width) =>
        Assert.True(Assert.Single(Draw(GetView.Render(Halfway, 123_456_789, width, true), width)).Length <= width);

    [Fact]
    public void Nothing_known_of_the_stall_is_said_in_words_too()
    {
        var progress = new GetProgress(default);
        Assert.Equal("the node has not begun", progress.Why);
        progress.Report(Halfway with { LengthBytes = -1, Asked = 1 });
        Assert.Equal("the one address that was asked has not answered", progress.Why);
        progress.Report(Halfway with { LengthBytes = -1, Asked = 3 });
        Assert.Equal("3 addresses were asked, none has answered yet", progress.Why);
        progress.Report(Halfway);
        Assert.Equal("it is still being fetched", progress.Why);
        progress.Report(Halfway with { Why = "nobody answers" });
        Assert.Equal("nobody answers", progress.Why);
        Assert.False(progress.WhenPaused.IsCompleted);
    }

    [Theory]
    [InlineData(DownloadPhase.Paused)]
    [InlineData(DownloadPhase.Fetching)]
    public async Task Trouble_with_the_disk_is_known_by_its_reason(DownloadPhase phase)
    {
        var progress = new GetProgress(default);

        progress.Report(Halfway with { Phase = phase, Why = "the disk: it is full" });

        Assert.Equal("it is full", await progress.WhenPaused);
    }

    internal static string[] Draw(IRenderable what, int width)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = width;
        console.Write(what);
        return [.. text.ToString().TrimEnd('\n').Split('\n').Select(line => line.TrimEnd('\r', ' '))];
    }
}
