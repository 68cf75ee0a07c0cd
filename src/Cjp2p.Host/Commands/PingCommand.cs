using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Output;
using Cjp2p.Host.Wire;

namespace Cjp2p.Host.Commands;

/// <summary><c>cjp2p ping</c>: round trips to a peer, and what it supports.</summary>
internal static class PingCommand
{
    private const int DatagramBytes = 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var peer = Options.PeerArgument();
        var count = new Option<int>("--count", "-c")
        {
            Description = "Round trips to measure (default 4).",
            HelpName = "n",
            DefaultValueFactory = _ => 4,
            CustomParser = result => Options.Whole(result, "--count", 1, 1_000_000),
        };
        var interval = new Option<int>("--interval", "-i")
        {
            Description = "Milliseconds between two (default 200).",
            HelpName = "ms",
            DefaultValueFactory = _ => 200,
            CustomParser = result => Options.Whole(result, "--interval", 0, 3_600_000),
        };
        var json = Options.Json("Print a JSON object instead.");
        var command = new Command("ping", "Measure round trips to a peer and ask what it supports.")
        {
            peer, count, interval, json,
        };
        command.SetAction((parsed, cancelled) => RunAsync(
            parsed.GetValue(peer),
            parsed.GetValue(count),
            TimeSpan.FromMilliseconds(parsed.GetValue(interval)),
            parsed.GetValue(json),
            cancelled));
        return command;
    }

    private static async Task<int> RunAsync(
        PeerAddress peer, int count, TimeSpan interval, bool json, CancellationToken cancelled)
    {
        using var client = WireClient.Open(peer);
        var answers = new WireAnswers();
        var trips = new List<TimeSpan>();
        var sent = 0;
        for (; sent < count && !cancelled.IsCancellationRequested; sent++)
        {
            if (sent > 0)
                await WaitAsync(interval, cancelled).ConfigureAwait(false);
            var (kind, trip) = await PingAsync(client, answers, cancelled).ConfigureAwait(false);
            if (cancelled.IsCancellationRequested && kind == ReplyKind.None)
                break;
            if (kind == ReplyKind.Datagram)
                trips.Add(trip);
            if (!json)
                Terminal.WriteLine($"{peer}: {Describe(kind, trip)}");
        }

        if (trips.Count > 0 && answers.Supported is null && !cancelled.IsCancellationRequested)
            await AskSupportedAsync(client, answers, cancelled).ConfigureAwait(false);
        Report(peer, sent, trips, answers.Supported, json);
        return trips.Count > 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static string Describe(ReplyKind kind, TimeSpan trip) => kind switch
    {
        ReplyKind.Datagram => Amounts.Milliseconds(trip),
        ReplyKind.Refused => "refused: nothing listens there",
        _ => $"no answer within {Amounts.Seconds(Patience)}",
    };

    // A cookie of hexadecimal digits is the one ping that every node returns.
    private static async Task<(ReplyKind Kind, TimeSpan Trip)> PingAsync(
        WireClient client, WireAnswers answers, CancellationToken cancelled)
    {
        var ping = Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(16, lowercase: true));
        var start = TimeProvider.System.GetTimestamp();
        client.Send(Write(answers.Cookie, ping));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        deadline.CancelAfter(Patience);
        while (true)
        {
            var reply = await client.ReceiveAsync(deadline.Token).ConfigureAwait(false);
            var trip = TimeProvider.System.GetElapsedTime(start);
            if (reply.Kind != ReplyKind.Datagram || answers.Take(reply.Datagram.Span, ping))
                return (reply.Kind, trip);
        }
    }

    // With the cookie that the pings brought, since the answer is too long for a stranger.
    private static async Task AskSupportedAsync(WireClient client, WireAnswers answers, CancellationToken cancelled)
    {
        client.Send(Write(answers.Cookie, []));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        deadline.CancelAfter(Patience);
        while (answers.Supported is null)
        {
            var reply = await client.ReceiveAsync(deadline.Token).ConfigureAwait(false);
            if (reply.Kind != ReplyKind.Datagram)
                return;
            answers.Take(reply.Datagram.Span, []);
        }
    }

    private static byte[] Write(RawJson cookie, ReadOnlySpan<byte> ping)
    {
        Span<byte> buffer = stackalloc byte[DatagramBytes];
        var writer = new DatagramWriter(buffer);
        if (!cookie.Utf8.IsEmpty)
            writer.TryWriteAlwaysReturned(cookie.Utf8);
        if (ping.IsEmpty)
            writer.TryWritePleaseListSupportedMessages();
        else
            writer.TryWritePleaseReturn([.. "{\"cookie\":\""u8, .. ping, .. "\"}"u8]);
        return buffer[..writer.Finish()].ToArray();
    }

    private static async Task WaitAsync(TimeSpan interval, CancellationToken cancelled)
    {
        if (interval == TimeSpan.Zero)
            return;
        using var timer = new PeriodicTimer(interval);
        try
        {
            await timer.WaitForNextTickAsync(cancelled).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C ends it with a summary.
        }
    }

    private static void Report(
        PeerAddress peer, int sent, List<TimeSpan> trips, IReadOnlyList<string>? supported, bool json)
    {
        if (json)
        {
            Terminal.WriteJson(
                new PingReport(
                    peer.ToString(),
                    sent,
                    trips.Count,
                    trips.Count > 0 ? trips.Min().TotalMilliseconds : null,
                    trips.Count > 0 ? trips.Average(trip => trip.TotalMilliseconds) : null,
                    trips.Count > 0 ? trips.Max().TotalMilliseconds : null,
                    supported),
                Json.Lines.PingReport);
            return;
        }

        var loss = sent == 0 ? 0 : 100.0 * (sent - trips.Count) / sent;
        var line = FormattableString.Invariant($"{sent} sent, {trips.Count} answered, {loss:0.#} % lost");
        if (trips.Count > 0)
        {
            var average = TimeSpan.FromTicks((long)trips.Average(trip => trip.Ticks));
            line += $"; min {Amounts.Milliseconds(trips.Min())}, avg {Amounts.Milliseconds(average)}, max {Amounts.Milliseconds(trips.Max())}";
        }

        Terminal.WriteLine(line);
        if (trips.Count > 0)
            Terminal.WriteLine(supported is null ? "does not say what it supports" : "supports " + string.Join(", ", supported));
    }
}

/// <summary>What <c>ping --json</c> prints.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Sent">Pings sent.</param>
/// <param name="Answered">Pings that came back.</param>
/// <param name="MinMs">Shortest round trip.</param>
/// <param name="AvgMs">Mean.</param>
/// <param name="MaxMs">Longest.</param>
/// <param name="Supports">Names of the messages that it supports, when it says so.</param>
internal sealed record PingReport(
    string Peer, int Sent, int Answered, double? MinMs, double? AvgMs, double? MaxMs, IReadOnlyList<string>? Supports);
