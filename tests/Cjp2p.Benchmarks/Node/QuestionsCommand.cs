using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Node;

/// <summary><c>questions</c>: how many PleaseSendPeers one node answers on one core, and what many sources and peers cost.</summary>
internal static class QuestionsCommand
{
    private const int Sources = 100_000;
    private const int Peers = 1_000_000;
    private const int PeersMade = 46;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);

    public static Command Create() => RoundsCommand.Create(
        "questions", "Measures PleaseSendPeers answered on one core, memory of sources and of peers.", 600, MeasureAsync);

    private static async Task MeasureAsync(FigureTable table, string program, string folder, int rounds, CancellationToken cancel)
    {
        await RatesAsync(table, program, folder, rounds, cancel);
        await MemoryAsync(table, program, folder, cancel);
        PeerMemory(table);
    }

    private static async Task RatesAsync(FigureTable table, string program, string folder, int rounds, CancellationToken cancel)
    {
        // From one address come more than cjp2p.ingress lets strangers ask; whoever asks from thousands needs no settings.
        await using var node = await NodeProcess.StartAsync(
            program, folder, withHttp: false, core: 0,
            ["--set", "ingress.source-per-second=100000000", "--set", "ingress.source-burst=100000000", "--set", "ingress.strangers-per-second=100000000", "--set", "ingress.strangers-burst=100000000"],
            cancel);
        await MakePeersAsync(node.Address, cancel);
        using var questioner = new Questioner(node.Address);
        var verified = Questions.Verified(await questioner.CookieAsync(cancel));
        foreach (var (name, question, target) in new[] { ("unverified", Questions.Unverified, 150_000.0), ("verified", verified, 100_000.0) })
        {
            await questioner.AskAsync(question, WarmUp, cancel);
            var perSecond = new List<double>();
            var perProcessorSecond = new List<double>();
            for (var i = 0; i < rounds; i++)
            {
                var answers = questioner.Answers;
                var processor = MeasuredProcess.UsageOf(node.Process).Processor;
                var start = TimeProvider.System.GetTimestamp();
                await questioner.AskAsync(question, Round, cancel);
                var seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
                var used = (MeasuredProcess.UsageOf(node.Process).Processor - processor).TotalSeconds;
                answers = questioner.Answers - answers;
                perSecond.Add(answers / seconds);
                perProcessorSecond.Add(answers / used);
            }

            table.Add($"{name} PleaseSendPeers answered a second, one core ({question.Length} B, answer {questioner.AnswerBytes} B)", Statistics.Of(perSecond), "0", $"at least {target:0}", value => value >= target);
            table.Add($"the same per second of processor time of the node", Statistics.Of(perProcessorSecond), "0");
        }
    }

    // So that there is somebody to tell of: as many as an answer may hold.
    private static async Task MakePeersAsync(PeerAddress node, CancellationToken cancel)
    {
        for (var i = 0; i < PeersMade + 2; i++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            await VerifyAsync(socket, node.ToEndPoint(), cancel);
        }

        // The sample that is told is drawn anew when the table changes, within a second.
        await Pause.ForAsync(TimeSpan.FromSeconds(2), cancel);
    }

    private static async Task VerifyAsync(Socket socket, IPEndPoint node, CancellationToken cancel)
    {
        var room = new byte[4096];
        for (var tries = 0; tries < 3; tries++)
        {
            await socket.SendToAsync(Questions.Unverified, node, cancel);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(TimeSpan.FromSeconds(1));
            try
            {
                var bytes = await socket.ReceiveAsync(room, patience.Token);
                if (Questions.CookieIn(room.AsSpan(0, bytes)) is not { } cookie)
                    continue;
                await socket.SendToAsync(Questions.Verified(cookie), node, cancel);
                await socket.ReceiveAsync(room, patience.Token);
                return;
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                // Lost: once more.
            }
        }
    }

    private static async Task MemoryAsync(FigureTable table, string program, string folder, CancellationToken cancel)
    {
        await using var node = await NodeProcess.StartAsync(program, folder, withHttp: false, core: null, [], cancel);
        var to = node.Address.ToEndPoint();
        // Buffers, code and heap of a node that has worked.
        await FromSourcesAsync(to, 20_000, first: 0, isVerified: false, cancel);
        var before = await SettledAsync(node, cancel);
        await FromSourcesAsync(to, Sources, first: 1_000_000, isVerified: false, cancel);
        var after = await SettledAsync(node, cancel);
        table.Add("memory after 100,000 different sources, growth in MB", (after - before) / 1e6, "0.0", "less than 10", value => value < 10);
        await FromSourcesAsync(to, Sources, first: 2_000_000, isVerified: true, cancel);
        var proven = await SettledAsync(node, cancel);
        table.Add("memory after 100,000 more that all return their cookie, growth in MB", (proven - after) / 1e6, "0.0", "less than 10", value => value < 10);
    }

    // The kernel's count, after the node had time to clean up.
    private static async Task<long> SettledAsync(NodeProcess node, CancellationToken cancel)
    {
        await Pause.ForAsync(TimeSpan.FromSeconds(2), cancel);
        return node.MemoryBytes;
    }

    private static async Task FromSourcesAsync(IPEndPoint node, int count, int first, bool isVerified, CancellationToken cancel)
    {
        for (var i = 0; i < count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var number = first + i;
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(new IPAddress([127, (byte)(1 + (number >> 16)), (byte)(number >> 8), (byte)number]), 0));
            if (isVerified)
                await VerifyAsync(socket, node, cancel);
            else
                socket.SendTo(Questions.Unverified, node);
            // The node shall keep up: what is lost costs it nothing.
            if (!isVerified && i % 256 == 255)
                await Pause.ForAsync(TimeSpan.FromMilliseconds(2), cancel);
        }
    }

    private static void PeerMemory(FigureTable table)
    {
        var settings = NodeSettings.Default.Peers with { PeersMax = Peers };
        var random = new Random(1);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var peers = new PeerTable(settings);
        for (uint i = 0; i < Peers; i++)
            peers.AddVerified(PeerAddress.FromIPv4(0x0A00_0000 + i, 24_254), TimeSpan.Zero, random);
        var bytes = (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / Peers;
        table.Add(
            string.Create(CultureInfo.InvariantCulture, $"bytes for each of {peers.Verified:#,0} peers in the table"), bytes, "0.0", "less than 100", value => value < 100);
    }
}
