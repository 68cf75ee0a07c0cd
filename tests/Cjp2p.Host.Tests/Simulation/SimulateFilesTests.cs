using System.Text;
using System.Text.Json;
using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Host.Simulation;

namespace Cjp2p.Host.Tests.Simulation;

/// <summary>The report and the trace of a small run.</summary>
public sealed class SimulateFilesTests
{
    private static readonly Lazy<(ScenarioResult Result, byte[] Trace)> Played = new(() =>
    {
        var scenario = ScenarioCatalog.Load("partition-heal") with { Peers = 12, Description = "a <b>bold</b> one", Expectations = [] };
        using var stream = new MemoryStream();
        using var trace = new ChromeTraceFile(stream);
        using var run = new ScenarioRun(scenario, 5, new ScenarioSettings { Tap = new SimulateTaps(null, trace) });
        while (run.Advance(10_000))
        {
        }

        var result = run.Finish();
        trace.Finish(result);
        return (result, stream.ToArray());
    });

    [Fact]
    public void The_report_is_one_file_that_loads_nothing_and_shows_everything()
    {
        var result = Played.Value.Result;
        var html = Report(result);
        foreach (var title in (string[])["Completion", "Faults and peers", "Sent", "Dropped", "Waste", "Bytes of each peer", "Who gave to whom", "The slowest fetches", "The same again"])
            Assert.Contains($"<h2>{title}</h2>", html, StringComparison.Ordinal);
        foreach (var one in result.Events)
            Assert.Contains($"{one.Name}: ", html, StringComparison.Ordinal);
        foreach (var outside in (string[])["http:", "https:", "src=", "href=", "url(", "@import", "<script"])
            Assert.DoesNotContain(outside, html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
        Assert.Contains(result.TraceHash, html, StringComparison.Ordinal);
        Assert.Contains("Every invariant held.", html, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_and_reasons_in_the_report_are_text_and_not_markup()
    {
        var html = Report(Played.Value.Result);
        Assert.Contains("a &lt;b&gt;bold&lt;/b&gt; one", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>bold", html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_in_which_nothing_was_fetched_and_nothing_happened_has_a_report_too()
    {
        var result = new Scenario("idle").WithNodes(2, "idle", Actors.Simulation.AccessLink.Lan).Run(seed: 1);
        Assert.Contains("Bytes of each peer", Report(result), StringComparison.Ordinal);
    }

    [Fact]
    public void The_trace_is_json_with_a_track_for_each_peer_its_sessions_fetches_faults_and_deliveries()
    {
        var (result, bytes) = Played.Value;
        using var trace = JsonDocument.Parse(bytes);
        var events = trace.RootElement.GetProperty("traceEvents").EnumerateArray().ToArray();
        int Count(string phase, string? name = null) => events.Count(one =>
            one.GetProperty("ph").GetString() == phase && (name is null || one.GetProperty("name").GetString() == name));

        Assert.Equal(result.Peers.Count + 1, Count("M", "thread_name"));
        Assert.Equal(result.Peers.Sum(peer => peer.Sessions.Count), Count("X", "runs"));
        Assert.Equal(result.Fetches.Count, Count("b", "fetch film"));
        Assert.Equal(result.Fetches.Count, Count("e", "fetch film"));
        foreach (var one in result.Events)
            Assert.Equal((1, 1), (Count("b", one.Name), Count("e", one.Name)));
        Assert.Equal(result.Delivered, Count("i", "datagram"));
        Assert.Equal(result.Samples.Count, Count("C", "peers that run"));
        Assert.Equal(result.TraceHash, trace.RootElement.GetProperty("otherData").GetProperty("traceHash").GetString());
        Assert.All(events, one => Assert.InRange(one.GetProperty("ts").GetDouble(), 0, result.VirtualTime.TotalMicroseconds));
    }

    private static string Report(ScenarioResult result)
    {
        using var stream = new MemoryStream();
        HtmlReport.Write(stream, result, TimeSpan.FromSeconds(1), "cjp2p simulate ...");
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
