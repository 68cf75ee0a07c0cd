using System.Diagnostics;
using System.Diagnostics.Metrics;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// Meters and traces of a node for OpenTelemetry, or for whoever else listens. Everything is counted anyway and read only
/// when somebody asks; reading waits for no actor.
/// </summary>
public sealed class NodeTelemetry : IDisposable
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "Cjp2p";

    private const string Direction = "network.io.direction";
    private readonly Meter _meter;

    /// <summary>Begins to offer the meters of a node.</summary>
    /// <param name="inside">The node.</param>
    public NodeTelemetry(NodeInspection inside)
    {
        ArgumentNullException.ThrowIfNull(inside);
        var node = inside.Node;
        _meter = new Meter(new MeterOptions(Name) { Tags = [new("cjp2p.node.name", node.Settings.Name)] });
        AddTraffic(node);
        AddTables(node);
        AddActors(inside);
    }

    /// <summary>Traces: a download, a folder that is shared.</summary>
    public static ActivitySource Activities { get; } = new(Name);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>
    /// Does something as one activity, which has failed if that throws. It belongs to the trace of who asked only where that
    /// one is recorded: an HTTP request that nobody traces would hide it.
    /// </summary>
    internal static async Task<T> TraceAsync<T>(string name, Action<Activity> about, Func<Task<T>> work, Action<Activity, T> outcome)
    {
        // Goes back by itself when this method returns.
        if (Activity.Current is { Recorded: false })
            Activity.Current = null;
        using var activity = Activities.StartActivity(name);
        if (activity is null)
            return await work().ConfigureAwait(false);
        about(activity);
        try
        {
            var result = await work().ConfigureAwait(false);
            outcome(activity, result);
            return result;
        }
        catch (Exception e)
        {
            activity.SetTag("error.type", e.GetType().FullName).SetStatus(ActivityStatusCode.Error, e.Message);
            throw;
        }
    }

    private void AddTraffic(NodeServices node)
    {
        _meter.CreateObservableCounter("cjp2p.datagrams", () => Both(node, c => c.DatagramsIn, c => c.DatagramsOut), "{datagram}", "Datagrams since the sockets were opened");
        _meter.CreateObservableCounter("cjp2p.io", () => Both(node, c => c.BytesIn, c => c.BytesOut), "By", "Payload bytes of datagrams since the sockets were opened");
        _meter.CreateObservableCounter(
            "cjp2p.send.errors",
            () => new[]
            {
                new Measurement<long>(Sum(node, c => c.SendFailures), new KeyValuePair<string, object?>("error.type", "refused")),
                new Measurement<long>(Sum(node, c => c.SendDrops), new KeyValuePair<string, object?>("error.type", "buffer_full")),
            },
            "{datagram}",
            "Datagrams that were not sent");
        _meter.CreateObservableCounter(
            "cjp2p.wire.events",
            () => Enum.GetValues<WireCount>().Select(count =>
                new Measurement<long>(node.Counters[count], new KeyValuePair<string, object?>("cjp2p.wire.event", count.ToString()))),
            "{event}",
            "What became of received datagrams and their elements");
        _meter.CreateObservableCounter("cjp2p.bans.dropped", () => node.Bans.Dropped, "{datagram}", "Datagrams of banned peers");
        _meter.CreateObservableUpDownCounter("cjp2p.sockets.open", () => node.Transports.Open.Length, "{socket}", "Open sockets");
        _meter.CreateObservableUpDownCounter("cjp2p.sockets.wanted", () => node.Settings.Listen.Length, "{socket}", "Sockets that should be open");
    }

    private void AddTables(NodeServices node)
    {
        _meter.CreateObservableUpDownCounter(
            "cjp2p.peers",
            () => new[]
            {
                new Measurement<int>(node.PeerCounts.Verified, new KeyValuePair<string, object?>("cjp2p.peer.state", "verified")),
                new Measurement<int>(node.PeerCounts.Hearsay, new KeyValuePair<string, object?>("cjp2p.peer.state", "hearsay")),
            },
            "{peer}",
            "Known addresses");
        _meter.CreateObservableUpDownCounter("cjp2p.downloads.active", () => node.Routes.Count, "{download}", "Running downloads");
        _meter.CreateObservableUpDownCounter("cjp2p.content.shared", () => node.Catalog.Count, "{content}", "Contents that are served");
        _meter.CreateObservableUpDownCounter(
            "cjp2p.table.usage",
            () => node.Tables().Select(table => new Measurement<long>(table.Size, new KeyValuePair<string, object?>("cjp2p.table", table.Key))),
            "{entry}",
            "Entries of tables that have a cap");
        _meter.CreateObservableUpDownCounter(
            "cjp2p.table.limit",
            () => node.Tables().Select(table => new Measurement<long>(table.Cap, new KeyValuePair<string, object?>("cjp2p.table", table.Key))),
            "{entry}",
            "Their caps");
    }

    private void AddActors(NodeInspection inside)
    {
        _meter.CreateObservableUpDownCounter("cjp2p.actors", () => Actors(inside, group => (long)group.Count()), "{actor}", "Actors by type");
        _meter.CreateObservableCounter("cjp2p.actor.restarts", () => inside.Restarts, "{restart}", "Restarts of actors after a failure");
        _meter.CreateObservableCounter("cjp2p.actor.failures", () => inside.Failures, "{failure}", "Failures of actors");
        _meter.CreateObservableUpDownCounter(
            "cjp2p.actor.mailbox.messages", () => Actors(inside, group => (long)group.Sum(actor => actor.MailboxDepth)), "{message}", "Messages that wait, by type of actor");
        _meter.CreateObservableGauge(
            "cjp2p.actor.mailbox.oldest", () => Actors(inside, group => group.Max(actor => actor.MailboxOldestMs) / 1000), "s", "How long the oldest message waits, by type of actor");
    }

    private static IEnumerable<Measurement<T>> Actors<T>(NodeInspection inside, Func<IGrouping<string, ActorFacts>, T> read) where T : struct =>
        inside.Facts().GroupBy(actor => actor.Type, StringComparer.Ordinal)
            .Select(group => new Measurement<T>(read(group), new KeyValuePair<string, object?>("cjp2p.actor.type", group.Key)));

    private static IEnumerable<Measurement<long>> Both(NodeServices node, Func<TransportCounters, long> incoming, Func<TransportCounters, long> outgoing) =>
    [
        new(Sum(node, incoming), new KeyValuePair<string, object?>(Direction, "receive")),
        new(Sum(node, outgoing), new KeyValuePair<string, object?>(Direction, "transmit")),
    ];

    private static long Sum(NodeServices node, Func<TransportCounters, long> read) =>
        node.Transports.Open.Sum(transport => read(transport.Counters));
}
