using System.Text.Json;
using Cjp2p.Host.Commands;
using Cjp2p.Host.Output;

namespace Cjp2p.Host.Tests.Commands;

/// <summary>The screen of <c>top</c>: it fits, whatever is in it, and keys lead where they say.</summary>
public sealed class TopViewTests
{
    private static readonly string Id = new('e', 64);
    private readonly TopModel _model = new();

    public TopViewTests() => _model.Add(
        Json("""{"name":"日本語の名前日本語の名前日本語の名前","uptimeSeconds":61,"partsAnswered":4,"endpoints":[],"peers":{"verified":2,"hearsay":0},"shared":{"files":1,"bytes":2048}}"""),
        Json($$"""
            {"answers":"3 of 3 answered","actors":[
              {"facts":{"path":"/downloads/{{Id}}/span-55.56","handled":1},"answered":true,"status":"日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語"},
              {"facts":{"path":"/peers/127.0.0.1%3A24254","handled":12345678,"restarts":2},"answered":false,"status":"no answer: 3 messages wait, the oldest for 1500 ms"},
              {"facts":{"path":"/","handled":1},"answered":true,"status":"Running"}]}
            """),
        Json($$"""{"total":1,"running":[{"id":"{{Id}}","lengthBytes":1000000,"doneBytes":500000,"fetchedBytes":500000,"bytesPerSecond":2048,"leftSeconds":244.1,"phase":"Fetching","why":"","sources":[]}]}"""),
        Json("""{"peers":[{"address":"127.0.0.1:24254","roundTripMs":12.5,"loss":0.5,"heardAgoSeconds":3,"doubt":""},{"address":"[2001:db8::1:2:3:4]:65535","heardAgoSeconds":3,"doubt":"2 probes unanswered"}]}"""));

    [Theory]
    [InlineData(110, 30)]
    [InlineData(44, 12)]
    [InlineData(18, 4)]
    [InlineData(1, 1)]
    public void It_fits_the_window_on_every_page(int width, int height)
    {
        foreach (var key in (ConsoleKey[])[ConsoleKey.D1, ConsoleKey.D2, ConsoleKey.D3, ConsoleKey.D4, ConsoleKey.Enter])
        {
            Press(key);
            var lines = TopView.Render(_model, width, height);
            Assert.InRange(lines.Count, 1, height);
            Assert.All(lines, line => Assert.InRange(Columns.Of(line.Text), 0, width));
        }
    }

    [Fact]
    public void A_narrow_window_shows_of_each_row_what_tells_it_from_others()
    {
        Press(ConsoleKey.D3);
        Assert.Contains(Shown(44, 12), line => line.Contains("no answer", StringComparison.Ordinal));
        Press(ConsoleKey.D4);
        Assert.Contains(Shown(44, 12), line => line.Contains("127.0.0.1:24254", StringComparison.Ordinal) && line.Contains("12.5 ms", StringComparison.Ordinal));
        Press(ConsoleKey.D3);
        Assert.Contains(Shown(110, 30), line => line.Contains("/downloads/eeeeeeeeeeeeeee…/span-55.56", StringComparison.Ordinal));
        Assert.Contains(Shown(110, 30), line => line.Contains("/peers/127.0.0.1:24254", StringComparison.Ordinal) && line.Contains("2 restarts", StringComparison.Ordinal));
    }

    [Fact]
    public void A_peer_without_an_actor_is_said_to_have_none()
    {
        Press(ConsoleKey.D4);
        Press(ConsoleKey.Enter);
        Assert.Equal("/peers/127.0.0.1%3A24254", _model.Path);
        Assert.Contains(Shown(110, 30), line => line.StartsWith("asking ", StringComparison.Ordinal));
        _model.IsMissing = true;
        Assert.Contains(Shown(110, 30), line => line.StartsWith("this peer has no actor now", StringComparison.Ordinal));
        Press(ConsoleKey.Escape);
        Assert.False(_model.IsMissing);
    }

    [Fact]
    public void At_the_end_of_a_long_page_one_key_leads_up_again()
    {
        Press(ConsoleKey.D3);
        Press(ConsoleKey.Enter);
        _model.Actor = Json($$"""{"facts":{"path":"/x","type":"X"},"last":[{{string.Join(',', Enumerable.Repeat("""{"type":"A"}""", 20))}}]}""");
        Press(ConsoleKey.End);
        var end = _model.Scroll;
        Press(ConsoleKey.UpArrow);
        Assert.Equal(end - 1, _model.Scroll);
        Press(ConsoleKey.Home);
        Assert.Equal(0, _model.Scroll);
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private void Press(ConsoleKey key) => _model.Press(new ConsoleKeyInfo('\0', key, false, false, false));

    private string[] Shown(int width, int height) => [.. TopView.Render(_model, width, height).Select(line => line.Text)];
}
