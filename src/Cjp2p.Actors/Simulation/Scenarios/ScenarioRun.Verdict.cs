using System.Globalization;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation.Invariants;

namespace Cjp2p.Actors.Simulation.Scenarios;

// What must hold, and what is measured.
public sealed partial class ScenarioRun
{
    // A hostile or foreign peer may have what it likes.
    private Sha256Digest? MustHold(SimMachine machine, string path)
    {
        const string Shared = ScenarioNode.SharedFolder + "/";
        return _nodes[machine.Number].Group.IsOurs && path.StartsWith(Shared, StringComparison.Ordinal)
            && _contents.TryGetValue(path[Shared.Length..], out var content)
            ? content.Id.Sha256
            : null;
    }

    private IEnumerable<WatchedDownload> Running()
    {
        foreach (var download in _downloads)
        {
            if (download.IsRunning && download.Node.Group.IsOurs && download.Node.IsUp)
            {
                yield return new WatchedDownload(
                    download.Node.Machine.Name, download.Content, download.MovedAt, download.Why, Text($"at {download.DonePart:0%}"));
            }
        }
    }

    // Somebody who has all of it can be called by anybody, and the node knows somebody who is still there.
    private static bool IsDemanded(ScenarioDownload download) =>
        download.Node.Group.IsOurs && !download.Node.IsGone && download.Node.Known.Any(known => !known.IsGone);

    private HashSet<string> Reachable()
    {
        var reachable = new HashSet<string>(_reachableElsewhere, StringComparer.Ordinal);
        foreach (var node in _nodes)
        {
            // Foreign peers have their own faults; what only they have may stay out of reach.
            if (node.IsGone || !node.IsPublic || !node.Group.IsOurs)
                continue;
            reachable.UnionWith(node.Group.Shares);
            reachable.UnionWith(node.Downloads.Where(download => download.IsDone).Select(download => download.Content));
        }

        return reachable;
    }

    private IEnumerable<ScenarioDownload> Demanded()
    {
        var reachable = Reachable();
        return _downloads.Where(download => !download.IsDone && reachable.Contains(download.Content) && IsDemanded(download));
    }

    private void CheckFile(ScenarioDownload download)
    {
        try
        {
            if (!IsRight(download))
                Violated("content-verified", $"{download.Node.Machine.Name} took something else for {download.Content}");
        }
        catch (IOException)
        {
            // The disk fails just now; it is looked at again at the end.
        }
    }

    private static bool IsRight(ScenarioDownload download)
    {
        using var file = download.Node.Machine.Disk.OpenRead(download.Path);
        var expected = download.What.Bytes.Span;
        if (file.Stat().LengthBytes != expected.Length)
            return false;
        var buffer = new byte[BlockBytes];
        for (var at = 0; at < expected.Length; at += BlockBytes)
        {
            var length = Math.Min(BlockBytes, expected.Length - at);
            if (file.Read(at, buffer.AsSpan(0, length)) != length || !expected.Slice(at, length).SequenceEqual(buffer.AsSpan(0, length)))
                return false;
        }

        return true;
    }

    private void Judge()
    {
        if (_hasJudged)
            return;
        _hasJudged = true;
        World.CheckInvariants();
        foreach (var failure in World.Failures)
            Violated("node-alive", $"{failure.Actor} failed at {failure.At:c}, step {failure.Step}: {failure.Cause.GetType().Name}: {failure.Cause.Message}");
        foreach (var node in _nodes)
        {
            foreach (var crash in node.Foreign?.Crashes ?? [])
                Violated("good-neighbour", $"{node.Machine.Name}, a {node.Group.Foreign} peer, would have ended: {crash}");
        }

        foreach (var node in _nodes.Where(node => node.IsHere && node.IsWanted && !node.IsUp))
            Violated("node-alive", $"{node.Machine.Name} does not run any more");
        if (World.ForeignTouches != 0)
            Violated("determinism", $"other threads touched the world {World.ForeignTouches} times");
        if (World.Network.BatchesRented != 0)
            Violated("nothing-left", $"{World.Network.BatchesRented} send batches were not given back");
        if (Phase != ScenarioPhase.Over)
            return;
        JudgeDownloads();
        // What is expected of a world can not be told from a slice of it.
        if (_slice is not null)
            return;
        foreach (var what in Disappointments(Scenario, Measure()))
            Violated("expectation", what);
    }

    /// <summary>What a scenario expects and did not get, a line for each.</summary>
    internal static IEnumerable<string> Disappointments(Scenario scenario, IReadOnlyDictionary<ScenarioMeasure, double> measures)
    {
        foreach (var expected in scenario.Expectations)
        {
            var found = measures[expected.Measure];
            if (found < expected.Least)
                yield return Text($"{expected.Measure} was {found:0.###}, which is less than {expected.Least:0.###}");
            if (found > expected.Most)
                yield return Text($"{expected.Measure} was {found:0.###}, which is more than {expected.Most:0.###}");
        }
    }

    private void JudgeDownloads()
    {
        var left = Demanded().ToArray();
        foreach (var download in left.Take(LinesOfEach))
        {
            var why = download.Why.Length == 0 ? "" : $": {download.Why}";
            Violated("completion", Text(
                $"{download.Node.Machine.Name} has {download.DonePart:0%} of {download.Content}, which can be reached{why}"));
        }

        if (left.Length > LinesOfEach)
            Violated("completion", Text($"... and {left.Length - LinesOfEach} more"));
        if (_downloads.TrueForAll(download => download.IsDone) && _buffers.Rented != 0)
            Violated("nothing-left", $"{_buffers.Rented} buffers of spans were not given back");
        foreach (var download in _downloads.Where(download => download.IsDone && download.Node.Group.IsOurs && !download.Node.IsGone && download.Node.IsUp))
        {
            try
            {
                if (!IsRight(download))
                    Violated("content-kept", $"{download.Node.Machine.Name} had {download.Content}, and has something else now");
            }
            catch (IOException e)
            {
                Violated("content-kept", $"{download.Node.Machine.Name} had {download.Content}, and cannot read it now: {e.Message}");
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private Dictionary<ScenarioMeasure, double> Measure()
    {
        var counters = World.Network.Counters;
        var fetched = _downloads.Sum(download => download.FetchedBytes);
        var wasted = _downloads.Sum(download => download.WastedBytes);
        return new Dictionary<ScenarioMeasure, double>
        {
            [ScenarioMeasure.Completed] = _downloads.Count == 0 ? 1 : (double)Completed / _downloads.Count,
            [ScenarioMeasure.Waste] = fetched == wasted ? 0 : (double)wasted / (fetched - wasted),
            [ScenarioMeasure.Dropped] = counters.Dropped,
            [ScenarioMeasure.Loss] = counters.DroppedFor(DropReason.Loss),
            [ScenarioMeasure.Burst] = counters.DroppedFor(DropReason.Burst),
            [ScenarioMeasure.QueueFull] = counters.DroppedFor(DropReason.QueueFull),
            [ScenarioMeasure.ReceiveBufferFull] = counters.DroppedFor(DropReason.ReceiveBufferFull),
            [ScenarioMeasure.Fragments] = counters.DroppedFor(DropReason.Fragments),
            [ScenarioMeasure.Partition] = counters.DroppedFor(DropReason.Partition),
            [ScenarioMeasure.HostOff] = counters.DroppedFor(DropReason.HostOff),
            [ScenarioMeasure.NoEndpoint] = counters.DroppedFor(DropReason.NoEndpoint),
            [ScenarioMeasure.NoHost] = counters.DroppedFor(DropReason.NoHost),
            [ScenarioMeasure.NatFilter] = counters.DroppedFor(DropReason.NatFilter),
            [ScenarioMeasure.Duplicated] = counters.Duplicated,
            [ScenarioMeasure.Reordered] = counters.Reordered,
            [ScenarioMeasure.Corrupted] = counters.Corrupted,
            [ScenarioMeasure.Spoofed] = counters.Spoofed,
            [ScenarioMeasure.Clogged] = counters.Clogged,
            [ScenarioMeasure.Restarts] = _restarts,
            [ScenarioMeasure.Crashes] = _nodes.Sum(node => node.Machine.Disk.Counters.Crashes),
            [ScenarioMeasure.DiskFailures] = _nodes.Sum(node => node.Machine.Disk.Counters.Failures),
            [ScenarioMeasure.SectorsLost] = _nodes.Sum(node => node.Machine.Disk.Counters.SectorsLost),
        };
    }

    private void Sample()
    {
        var done = new double[_downloads.Count];
        var (fetched, wasted) = (0L, 0L);
        for (var i = 0; i < done.Length; i++)
        {
            var download = _downloads[i];
            done[i] = download.DonePart;
            fetched += download.FetchedBytes;
            wasted += download.WastedBytes;
        }

        Array.Sort(done);
        _samples.Add(new ScenarioSample(
            World.Now,
            NodesUp,
            Completed,
            done.Length == 0 ? [] : [.. SampledParts.Select(part => done[(int)(part * (done.Length - 1))])],
            World.Network.Counters.BytesSent,
            fetched,
            wasted,
            World.Network.Counters.Dropped));
    }
}
