using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Node;

/// <summary>
/// <c>start</c>: how long short things take as whole processes: <c>get</c> of a small file, the first answer of <c>run</c>, and
/// sharing 10,000 files of which none changed; and a plain loop beside it, to see how busy the machine is.
/// </summary>
internal static class StartCommand
{
    private const int Files = 10_000;
    private const int FileBytes = 4096;

    public static Command Create() => RoundsCommand.Create(
        "start", "Measures get of a small file, the first answer of run, and 10,000 unchanged files.", 600, MeasureAsync);

    private static async Task MeasureAsync(FigureTable table, string program, string folder, int rounds, CancellationToken cancel)
    {
        await GetSmallAsync(table, program, folder, rounds, cancel);
        await FirstAnswerAsync(table, program, folder, rounds, cancel);
        await ManyFilesAsync(table, program, folder, rounds, cancel);
    }

    private static async Task GetSmallAsync(FigureTable table, string program, string folder, int rounds, CancellationToken cancel)
    {
        using var file = TestFile.Create(folder, 1000);
        var seconds = new List<double>();
        var processor = new List<double>();
        var version = new List<double>();
        var memory = 0L;
        for (var i = 0; i < rounds; i++)
        {
            await using var pair = await ProgramPair.StartAsync(program, file, [], cancel);
            var target = file.NextTarget();
            var run = await pair.FetchAsync(target, cancel);
            file.CheckAndRemove(target);
            seconds.Add(run.SinceStart!.Value.TotalSeconds);
            processor.Add(run.FetcherProcessor.TotalSeconds);
            memory = Math.Max(memory, run.FetcherPeakBytes);
            version.Add((await MeasuredProcess.RunAsync(ProgramPair.Command(program, "--version"), cancel)).Wall.TotalSeconds);
        }

        table.Add("get of 1,000 bytes, whole process, s", Statistics.Of(seconds), "0.00", "at most 0.5", value => value <= 0.5);
        table.Add("its processor time, s", Statistics.Of(processor), "0.00");
        table.Add("its memory, MB", memory / 1e6, "0");
        table.Add("beside it: cjp2p --version, whole process, s", Statistics.Of(version), "0.00");
    }

    private static async Task FirstAnswerAsync(FigureTable table, string program, string folder, int rounds, CancellationToken cancel)
    {
        var seconds = new List<double>();
        for (var i = 0; i < rounds; i++)
        {
            var place = Directory.CreateDirectory(Path.Combine(folder, $"cjp2p-bench-{Environment.ProcessId}-run")).FullName;
            var port = FreeUdpPort();
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            var started = TimeProvider.System.GetTimestamp();
            var node = MeasuredProcess.StartServer(ProgramPair.Command(
                program,
                [
                    "run", "--json", "--listen", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"), "--http", "127.0.0.1:0",
                    "--data", Path.Combine(place, "data"), "--share", Directory.CreateDirectory(Path.Combine(place, "shared")).FullName,
                ]));
            try
            {
                _ = node.StandardOutput.ReadToEndAsync(CancellationToken.None);
                await AnswerAsync(socket, new IPEndPoint(IPAddress.Loopback, port), cancel);
                seconds.Add(TimeProvider.System.GetElapsedTime(started).TotalSeconds);
            }
            finally
            {
                await MeasuredProcess.EndAsync(node);
                Directory.Delete(place, recursive: true);
            }
        }

        table.Add("run with HTTP: first datagram answered, s from the start of the process", Statistics.Of(seconds), "0.00", "at most 0.7", value => value <= 0.7);
    }

    // Asks until there is an answer; nobody listens there at first.
    private static async Task AnswerAsync(Socket socket, IPEndPoint node, CancellationToken cancel)
    {
        var room = new byte[4096];
        while (true)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(TimeSpan.FromMilliseconds(5));
            try
            {
                await socket.SendToAsync(Questions.Unverified, node, cancel);
                await socket.ReceiveFromAsync(room, new IPEndPoint(IPAddress.Any, 0), patience.Token);
                return;
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                // Not yet.
            }
            catch (SocketException)
            {
                // The kernel says that nobody listens.
            }
        }
    }

    private static async Task ManyFilesAsync(FigureTable table, string program, string folder, int rounds, CancellationToken cancel)
    {
        var place = Directory.CreateDirectory(Path.Combine(folder, $"cjp2p-bench-{Environment.ProcessId}-files")).FullName;
        try
        {
            var shared = Directory.CreateDirectory(Path.Combine(place, "shared")).FullName;
            var bytes = new byte[FileBytes];
            for (var i = 0; i < Files; i++)
            {
                RandomNumberGenerator.Fill(bytes);
                var below = Directory.CreateDirectory(Path.Combine(shared, (i / 100).ToString("000", CultureInfo.InvariantCulture))).FullName;
                await File.WriteAllBytesAsync(Path.Combine(below, i.ToString(CultureInfo.InvariantCulture)), bytes, cancel);
            }

            string[] arguments =
                ["run", "--json", "--listen", "127.0.0.1:0", "--no-http", "--data", Path.Combine(place, "data"), "--share", shared];
            var first = await SharedAsync(program, arguments, cancel);
            var again = new List<double>();
            for (var i = 0; i < rounds; i++)
                again.Add(await SharedAsync(program, arguments, cancel));
            table.Add("run with 10,000 new files of 4 KiB: shared, s from the start", first, "0.00");
            table.Add("the same when nothing changed", Statistics.Of(again), "0.00", "less than 2", value => value < 2);
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    // Until the node says so.
    private static async Task<double> SharedAsync(string program, string[] arguments, CancellationToken cancel)
    {
        var said = string.Create(CultureInfo.InvariantCulture, $"Sharing {Files} files");
        var command = ProgramPair.Command(program, arguments);
        command.RedirectStandardError = true;
        var started = TimeProvider.System.GetTimestamp();
        var node = Process.Start(command)!;
        try
        {
            _ = node.StandardOutput.ReadToEndAsync(CancellationToken.None);
            while (await node.StandardError.ReadLineAsync(cancel) is { } line)
            {
                if (!line.Contains(said, StringComparison.Ordinal))
                    continue;
                var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
                // What it knows is written a second later; and what else it says has to go somewhere.
                _ = node.StandardError.ReadToEndAsync(CancellationToken.None);
                return seconds;
            }

            throw new TransferException("The node ended before it shared.");
        }
        finally
        {
            await MeasuredProcess.EndAsync(node);
        }
    }

    private static int FreeUdpPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
