using System.Text.Json;
using Cjp2p.Host.Output;

namespace Cjp2p.Host.Tests.Output;

/// <summary>All about an actor, for people.</summary>
public sealed class ActorTextTests
{
    [Fact]
    public void Bytes_are_amounts_with_the_number_behind_them_and_tables_and_counts_are_said_once()
    {
        var lines = ActorText.Lines(JsonDocument.Parse("""
            {
              "facts": { "path": "/downloads/x", "type": "DownloadActor", "ageSeconds": 61, "restarts": 1, "handled": 1234 },
              "state": {
                "doneBytes": 14417920, "smallBytes": 1023, "lengthBytes": -1, "spans": 14417920,
                "sources": [{ "address": "127.0.0.1:1", "claimedLengthBytes": 2048 }], "datagrams": [{ "name": "Replies", "count": 7 }],
                "tables": [{ "key": "a.b-max", "unit": "spans", "size": 1, "cap": 32, "evictions": -1 }, { "key": "c", "unit": "d", "size": 2, "cap": 2, "evictions": 5 }],
                "summary": "Fetching, 13.8 MiB"
              },
              "mailbox": [{ "type": "Serve", "count": 3, "oldestMs": 1500.5 }]
            }
            """).RootElement);
        Assert.Equal(
            [
                "/downloads/x  DownloadActor",
                "  age 1:01, 1 restart, 0 failures of children, 1,234 messages in 0 s",
                "  Fetching, 13.8 MiB",
                "state:",
                "  doneBytes: 13.8 MiB (14417920)",
                "  smallBytes: 1023",
                "  lengthBytes: not known",
                "  spans: 14417920",
                "  sources: 1",
                "    address=127.0.0.1:1  claimedLengthBytes=2 KiB (2048)",
                "  datagrams: 1",
                "    Replies: 7",
                "  tables: 2",
                "    a.b-max: 1 of 32 spans",
                "    c: 2 of 2 d, 5 had to go",
                "mailbox:",
                "  Serve: 3, oldest 1500.5 ms",
            ],
            lines);
    }

    [Fact]
    public void One_that_does_not_answer_or_is_gone_is_said_to()
    {
        Assert.Contains("  (no answer in time)", Lines("""{"facts":{"path":"/x","type":"X","doing":"Serve","doingForMs":1500}}"""));
        Assert.Contains("  handling Serve for 1500 ms", Lines("""{"facts":{"path":"/x","type":"X","doing":"Serve","doingForMs":1500}}"""));
        Assert.Contains("  (gone)", Lines("""{"facts":{"path":"/x","type":"X","isGone":true}}"""));
    }

    [Fact]
    public void A_long_map_goes_on_in_lines_of_its_own()
    {
        var lines = Lines($$$"""{"facts":{"path":"/x","type":"X"},"state":{"summary":"","pieces":"{{{new string('w', 250)}}}"}}""");
        Assert.Equal(["  pieces: " + new string('w', 100), "          " + new string('w', 100), "          " + new string('w', 50)], lines.TakeLast(3));
    }

    private static IReadOnlyList<string> Lines(string actor) => ActorText.Lines(JsonDocument.Parse(actor).RootElement);
}
