using System.Text.Json;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Host.Simulation;

/// <summary>
/// A run as a trace in Chrome's JSON format, which Perfetto opens: a track for each peer with its sessions and fetches, a
/// track for faults, counters for the network, and the first deliveries one by one. Time is virtual.
/// </summary>
internal sealed class ChromeTraceFile : IDisposable
{
    // A browser takes some hundred thousand events; a run has millions of deliveries.
    private const int DeliveriesMax = 100_000;
    private const int WorldProcess = 1;
    private const int PeersProcess = 2;
    private const int FaultsThread = 1;
    private const int FlushBytes = 1 << 16;

    private readonly Stream _stream;
    private readonly Utf8JsonWriter _json;
    private long _deliveries;

    /// <summary>Begins a file. The stream is closed with it.</summary>
    public ChromeTraceFile(Stream stream)
    {
        _stream = stream;
        _json = new Utf8JsonWriter(stream);
        _json.WriteStartObject();
        _json.WriteString("displayTimeUnit", "ms");
        _json.WriteStartArray("traceEvents");
    }

    /// <summary>Adds a delivery: a mark on the receiver's track.</summary>
    public void Delivered(TimeSpan at, int from, int to, int bytes)
    {
        if (++_deliveries > DeliveriesMax)
            return;
        Begin("i", "datagram", at, PeersProcess, to + 1);
        _json.WriteString("s", "t");
        _json.WriteStartObject("args");
        _json.WriteString("from", Name(from));
        _json.WriteNumber("bytes", bytes);
        _json.WriteEndObject();
        End();
    }

    /// <summary>Adds all the rest, and ends the file.</summary>
    public void Finish(ScenarioResult result)
    {
        NameTrack("process_name", WorldProcess, 0, $"{result.Scenario.Name}, seed {result.Seed}");
        NameTrack("thread_name", WorldProcess, FaultsThread, "faults");
        NameTrack("process_name", PeersProcess, 0, "peers");
        foreach (var peer in result.Peers)
        {
            NameTrack("thread_name", PeersProcess, peer.Number + 1, $"{Name(peer.Number)} {peer.Group}");
            foreach (var session in peer.Sessions)
            {
                Slice("runs", session.From, session.Until ?? result.VirtualTime, PeersProcess, peer.Number + 1);
                if (session is { Crashed: true, Until: { } crashed })
                    Mark("crash", crashed, PeersProcess, peer.Number + 1);
            }
        }

        foreach (var fetch in result.Fetches)
            WriteFetch(fetch, result.VirtualTime);
        foreach (var fault in result.Events)
        {
            // Faults overlap, which slices of one track may not: an async slice each.
            var id = fault.Name;
            Async("b", fault.Name, fault.From, id, fault.Nodes.Count);
            Async("e", fault.Name, fault.Until ?? result.VirtualTime, id, fault.Nodes.Count);
        }

        foreach (var sample in result.Samples)
        {
            Counter("peers that run", sample.At, sample.NodesUp);
            Counter("fetches completed", sample.At, sample.Completed);
            Counter("bytes sent", sample.At, sample.BytesSent);
            Counter("datagrams dropped", sample.At, sample.Dropped);
        }

        foreach (var violation in result.Violations)
            Mark($"violation: {violation.Invariant}", violation.At, WorldProcess, FaultsThread);
        _json.WriteEndArray();
        _json.WriteStartObject("otherData");
        _json.WriteString("scenario", result.Scenario.Name);
        _json.WriteString("seed", result.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        _json.WriteString("traceHash", result.TraceHash);
        _json.WriteNumber("deliveries", _deliveries);
        _json.WriteNumber("deliveriesShown", Math.Min(_deliveries, DeliveriesMax));
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.Flush();
    }

    public void Dispose()
    {
        _json.Dispose();
        _stream.Dispose();
    }

    // A track may hold nested slices only, so a fetch that outlasts a session, and one of several, is an async slice too.
    private void WriteFetch(ScenarioFetch fetch, TimeSpan end)
    {
        if (fetch.From is not { } from)
            return;
        foreach (var (phase, at) in new[] { ("b", from), ("e", fetch.Until ?? end) })
        {
            Begin(phase, $"fetch {fetch.Content}", at, PeersProcess, fetch.Node + 1);
            _json.WriteString("cat", "fetch");
            _json.WriteString("id", $"{fetch.Node}-{fetch.Content}");
            _json.WriteStartObject("args");
            _json.WriteBoolean("completed", fetch.Until is not null);
            _json.WriteNumber("bytesFetched", fetch.FetchedBytes);
            _json.WriteNumber("starts", fetch.Starts);
            _json.WriteEndObject();
            End();
        }
    }

    private void NameTrack(string what, int process, int thread, string name)
    {
        Begin("M", what, TimeSpan.Zero, process, thread);
        _json.WriteStartObject("args");
        _json.WriteString("name", name);
        _json.WriteEndObject();
        End();
    }

    private void Slice(string name, TimeSpan from, TimeSpan until, int process, int thread)
    {
        Begin("X", name, from, process, thread);
        _json.WriteNumber("dur", (until - from).TotalMicroseconds);
        End();
    }

    private void Mark(string name, TimeSpan at, int process, int thread)
    {
        Begin("i", name, at, process, thread);
        _json.WriteString("s", "t");
        End();
    }

    private void Async(string phase, string name, TimeSpan at, string id, int nodes)
    {
        Begin(phase, name, at, WorldProcess, FaultsThread);
        _json.WriteString("cat", "fault");
        _json.WriteString("id", id);
        _json.WriteStartObject("args");
        _json.WriteNumber("nodes", nodes);
        _json.WriteEndObject();
        End();
    }

    private void Counter(string name, TimeSpan at, long value)
    {
        Begin("C", name, at, WorldProcess, 0);
        _json.WriteStartObject("args");
        _json.WriteNumber("value", value);
        _json.WriteEndObject();
        End();
    }

    private void Begin(string phase, string name, TimeSpan at, int process, int thread)
    {
        _json.WriteStartObject();
        _json.WriteString("ph", phase);
        _json.WriteString("name", name);
        _json.WriteNumber("ts", at.TotalMicroseconds);
        _json.WriteNumber("pid", process);
        _json.WriteNumber("tid", thread);
    }

    private void End()
    {
        _json.WriteEndObject();
        if (_json.BytesPending > FlushBytes)
            _json.Flush();
    }

    private static string Name(int number) => "n" + number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
