using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation.Invariants;
using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Dashboard.Worlds;
using Cjp2p.Host.Output;
using Cjp2p.Host.Simulation;
using Cjp2p.Host.Simulation.Cluster;
using Spectre.Console;

namespace Cjp2p.Host.Commands;

/// <summary><c>cjp2p simulate</c>: plays a scenario of many nodes in virtual time.</summary>
internal static class SimulateCommand
{
    private const string Standard = "flash-crowd";
    private const ushort DefaultPort = 24255;

    // As ClusterNode.SlicesMax, which would load the cluster's libraries for every run.
    private const int SplitMax = 64;

    public static Command Create()
    {
        var scenario = new Option<string>("--scenario", "-s")
        {
            Description = $"What to play: the name of a scenario, or a HOCON file (default: {Standard}).",
            HelpName = "name|file",
        };
        var peers = new Option<int?>("--peers", "-n")
        {
            Description = "Peers in all.",
            HelpName = "count",
            CustomParser = result => Options.Whole(result, "--peers", 1, Scenario.PeersMax),
        };
        var seed = new Option<ulong?>("--seed")
        {
            Description = "Decides all chance (default: another one each time).",
            HelpName = "number",
            CustomParser = result => Seed(result, "--seed", result.Tokens[0].Value),
        };
        var seeds = new Option<(ulong First, ulong Last)?>("--seeds")
        {
            Description = "Play all these seeds until one fails, then look for a smaller scenario that still does.",
            HelpName = "first..last",
            CustomParser = Seeds,
        };
        var loss = new Option<double?>("--loss")
        {
            Description = "Chance that a packet is lost between two peers: 0.05 or 5%.",
            HelpName = "part",
            CustomParser = Loss,
        };
        var duration = new Option<TimeSpan?>("--duration")
        {
            Description = "How long things go wrong at the most, in virtual time: seconds, or 90s, 5m, 1h, 1d.",
            HelpName = "time",
            CustomParser = Duration,
        };
        var json = Options.Json("Print a JSON object for each run.");
        var check = new Option<bool>("--check-determinism") { Description = "Play it in a second process too, and compare." };
        var stop = new Option<long?>("--stop-at-step")
        {
            Description = "Stop at this step, and show every node as it is there.",
            HelpName = "step",
            CustomParser = result => long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var step)
                ? step
                : Options.Wrong<long?>(result, $"--stop-at-step is a whole number, not '{result.Tokens[0].Value}'"),
        };
        var pause = new Option<PauseAt?>("--pause-at")
        {
            Description = "Stop at this virtual time, or at the first failure, and show every node; with --dashboard, go on from there by hand.",
            HelpName = "time|failure",
            CustomParser = result => Simulation.PauseAt.TryParse(result.Tokens[0].Value, out var at)
                ? at
                : Options.Wrong<PauseAt?>(result, $"--pause-at is a virtual time, such as 90 (seconds), 90s or 5m, or the word failure, not '{result.Tokens[0].Value}'"),
        };
        var dashboard = new Option<bool>("--dashboard") { Description = "Open the page of a node on this world: look at any actor of any node, step, run on, let faults happen." };
        var http = new Option<PeerAddress?>("--http")
        {
            Description = "Loopback address of that page (default 127.0.0.1:24255). Port 0: any free one.",
            HelpName = "ip:port",
            CustomParser = result => Options.Address(result, result.Tokens[0].Value),
        };
        var report = FileOption("--report", "Write a report with pictures: one HTML file.");
        var trace = FileOption("--trace", "Write a trace that Perfetto and chrome://tracing open: JSON.");
        var pcap = FileOption("--pcap", "Write the delivered datagrams for Wireshark: pcap.");
        var shrunk = FileOption("--shrunk", "Where --seeds puts the smaller scenario that fails (default: <scenario>-<seed>.conf, here).");
        var threads = new Option<int?>("--threads")
        {
            Description = "Play the world on so many threads of this process, up to one for each processor. The outcome is that of --cluster.",
            HelpName = "count",
            CustomParser = result => Options.Whole(result, "--threads", 1, SplitMax),
        };
        var cluster = new Option<int?>("--cluster")
        {
            Description = "Split the world over so many processes: this one, and others that it starts here (1: the same in this one alone).",
            HelpName = "count",
            CustomParser = result => Options.Whole(result, "--cluster", 1, SplitMax),
        };
        var clusterListen = EndPointOption("--cluster-listen", "Wait here for the other processes, on other machines, instead of starting them.");
        var join = EndPointOption("--join", "Be one of the processes of a world that \"simulate --cluster\" plays there.");
        var list = new Option<bool>("--list") { Description = "Name the scenarios." };
        var print = new Option<bool>("--print") { Description = "Print the scenario with all that options change, as HOCON, and play nothing." };
        var checkpoints = new Option<bool>("--checkpoints") { Hidden = true };
        var command = new Command("simulate", "Play many nodes in one process and virtual time, with faults, and check that all is well.");
        foreach (var option in new Option[]
            { scenario, peers, seed, seeds, loss, duration, json, report, trace, pcap, check, stop, pause, dashboard, http, shrunk, threads, cluster, clusterListen, join, list, print, checkpoints })
            command.Add(option);
        command.SetAction((parsed, cancelled) =>
        {
            if (parsed.GetValue(join) is { } driver)
            {
                if (parsed.Tokens.Count > 3)
                    throw UserException.WrongArguments("--join goes alone: what is played the other process knows");
                return ClusterRun.JoinAsync(driver, cancelled);
            }

            return Task.FromResult(
                parsed.GetValue(list) ? List() : Run(
                    Request(parsed.GetValue(scenario) ?? Standard, parsed.GetValue(peers), parsed.GetValue(loss), parsed.GetValue(duration)) with
                    {
                        Seed = parsed.GetValue(seeds)?.First ?? parsed.GetValue(seed) ?? (ulong)RandomNumberGenerator.GetInt32(1, 1_000_000_000),
                        LastSeed = parsed.GetValue(seeds)?.Last,
                        StopAtStep = parsed.GetValue(stop),
                        Json = parsed.GetValue(json),
                        CheckDeterminism = parsed.GetValue(check),
                        Checkpoints = parsed.GetValue(checkpoints),
                        Report = parsed.GetValue(report),
                        Trace = parsed.GetValue(trace),
                        Pcap = parsed.GetValue(pcap),
                        Shrunk = parsed.GetValue(shrunk),
                        PauseAt = parsed.GetValue(pause),
                        Dashboard = Page(parsed.GetValue(dashboard), parsed.GetValue(http)),
                        Threads = parsed.GetValue(threads),
                        Cluster = parsed.GetValue(cluster),
                        ClusterListen = parsed.GetValue(clusterListen),
                    },
                    parsed.GetValue(seed) is not null,
                    parsed.GetValue(print),
                    cancelled));
        });
        return command;
    }

    private static SimulateRequest Request(string source, int? peers, double? loss, TimeSpan? duration)
    {
        var scenario = ScenarioCatalog.Load(source);
        scenario = scenario with
        {
            Peers = peers ?? scenario.Peers,
            Loss = loss ?? scenario.Loss,
            Duration = duration ?? scenario.Duration,
        };
        try
        {
            scenario.Validate();
        }
        catch (ScenarioException e)
        {
            // The file by itself was right, so an option is to blame.
            throw UserException.WrongArguments($"--{e.Key}: {e.Line}");
        }

        return new SimulateRequest(source, scenario, 0, null, null, false, false, false, null, null, null, null);
    }

    private static int List()
    {
        foreach (var name in ScenarioCatalog.Names)
            Terminal.WriteLine($"{name,-22} {ScenarioCatalog.Load(name).Description}");
        return ExitCodes.Done;
    }

    private static IPEndPoint? Page(bool isWanted, PeerAddress? given)
    {
        if (!isWanted)
            return given is null ? null : throw UserException.WrongArguments("--http is the address of the page: --dashboard is missing");
        var listen = given?.ToEndPoint() ?? new IPEndPoint(IPAddress.Loopback, DefaultPort);
        return IPAddress.IsLoopback(listen.Address)
            ? listen
            : throw UserException.WrongArguments("--http: the page of a simulated world is for this machine alone, so it needs a loopback address");
    }

    private static int Run(SimulateRequest request, bool hasSeed, bool print, CancellationToken cancelled)
    {
        if (print)
        {
            Console.Out.Write(ScenarioFile.Write(request.Scenario));
            return ExitCodes.Done;
        }

        if (request.LastSeed is not null && hasSeed)
            throw UserException.WrongArguments("--seed and --seeds contradict each other");
        if (request.LastSeed is not null && (request.CheckDeterminism || request.StopAtStep is not null
            || request.Report is not null || request.Trace is not null || request.Pcap is not null))
            throw UserException.WrongArguments("--seeds plays many runs; the other option is for one: name it with --seed");
        if (request.PauseAt is not null && (request.StopAtStep is not null || request.CheckDeterminism || request.LastSeed is not null))
            throw UserException.WrongArguments("--pause-at is for one run, and contradicts --stop-at-step and --check-determinism");
        if (request.Dashboard is not null && (request.Json || request.StopAtStep is not null || request.CheckDeterminism || request.LastSeed is not null
            || request.Report is not null || request.Trace is not null || request.Pcap is not null))
            throw UserException.WrongArguments("--dashboard is for one run that is gone through by hand; of the other options --seed, --pause-at and those of the scenario go with it");
        if (request.StopAtStep is not null && request.CheckDeterminism)
            throw UserException.WrongArguments("--stop-at-step and --check-determinism contradict each other");
        if (request.ClusterListen is not null && request.Cluster is null or 1)
            throw UserException.WrongArguments("--cluster-listen wants to know for how many processes: --cluster 2 or more");
        if (request.Threads is not null && request.Cluster is not null)
            throw UserException.WrongArguments("--threads and --cluster contradict each other: one splits the world in this process, the other over several");
        if ((request.Threads ?? request.Cluster) is { } pieces)
            return RunSplit(request, request.Threads is null ? "--cluster" : "--threads", pieces, cancelled);
        var runner = new SimulateRunner(quiet: request.Json, cancelled);
        return request.LastSeed is not null ? new SimulateSearch(request, runner).Run()
            : request.Dashboard is { } listen ? Look(request, listen, cancelled)
            : RunOne(request, runner);
    }

    private static int Look(SimulateRequest request, IPEndPoint listen, CancellationToken cancelled)
    {
        foreach (var line in SimulateView.Head(request, request.Seed))
            Terminal.WriteLine(line);
        using var run = new ScenarioRun(request.Scenario, request.Seed, new ScenarioSettings { AnswerTimeout = WorldDriver.AnswerTimeout });
        SimulateDashboard.ServeAsync(run, listen, request.PauseAt, cancelled).GetAwaiter().GetResult();
        return ExitCodes.Done;
    }

    private static int RunSplit(SimulateRequest request, string option, int pieces, CancellationToken cancelled)
    {
        if (request.LastSeed is not null || request.CheckDeterminism || request.StopAtStep is not null
            || request.Report is not null || request.Trace is not null || request.Pcap is not null
            || request.PauseAt is not null || request.Dashboard is not null)
            throw UserException.WrongArguments($"{option} plays one run and prints its result; the other option needs all of the world in one piece");
        if (pieces > request.Scenario.Peers)
            throw UserException.WrongArguments($"{option} {pieces} is more than there are peers");
        if (!request.Json)
        {
            foreach (var line in SimulateView.Head(request, request.Seed))
                Terminal.WriteLine(line);
        }

        var began = TimeProvider.System.GetTimestamp();
        var play = request.Threads is null
            ? ClusterRun.PlayAsync(request, pieces, request.ClusterListen, cancelled)
            : SplitRun.PlayHereAsync(request, pieces, cancelled);
        var result = play.GetAwaiter().GetResult();
        Print(request, result, TimeProvider.System.GetElapsedTime(began));
        if (result.Violations.Count == 0)
            return ExitCodes.Done;
        Terminal.WriteErrorLine($"cjp2p simulate: {Amounts.Count(result.Violations.Count, "violation")}; the same again: {request.Command(request.Seed, " --threads 1")}");
        return ExitCodes.Failed;
    }

    private static int RunOne(SimulateRequest request, SimulateRunner runner)
    {
        if (!request.Json)
        {
            foreach (var line in SimulateView.Head(request, request.Seed))
                Terminal.WriteLine(line);
        }

        using var second = request.CheckDeterminism ? SecondRun.Start(request) : null;
        using var taps = SimulateTaps.Open(request);
        using var run = new ScenarioRun(request.Scenario, request.Seed, new ScenarioSettings
        {
            Tap = taps,
            TraceEventsMax = request.StopAtStep is null && request.PauseAt is null ? 0 : SimulateState.DeliveriesMax,
        });
        var wall = runner.Play(run, request.StopAtStep, pause: request.PauseAt);
        if ((request.StopAtStep is not null || request.PauseAt is not null) && run.Phase != ScenarioPhase.Over)
        {
            foreach (var line in SimulateState.Lines(run))
                Terminal.WriteLine(line);
            return ExitCodes.Done;
        }

        if (request.StopAtStep is not null)
            Terminal.WriteErrorLine($"cjp2p simulate: it was over at step {run.World.Steps.ToString(CultureInfo.InvariantCulture)}");
        if (request.PauseAt is { Time: not null })
            Terminal.WriteErrorLine($"cjp2p simulate: it was over at {Amounts.Clock(run.World.Now)} of virtual time");
        var result = run.Finish();
        if (second?.Difference(result) is { } difference)
        {
            result = result with
            {
                Violations = [.. result.Violations, new SimViolation("determinism", result.VirtualTime, result.Steps, difference)],
            };
        }

        taps.Finish(result);
        if (request.Report is { } report)
            Files.Write(report, stream => HtmlReport.Write(stream, result, wall, request.Command(request.Seed)));
        Print(request, result, wall);
        if (request.Checkpoints)
        {
            foreach (var line in SecondRun.Lines(result))
                Terminal.WriteLine(line);
        }

        if (request.CheckDeterminism && !request.Json && result.Violations.All(violation => violation.Invariant != "determinism"))
            Terminal.WriteLine("deterministic: two processes did the same, step by step");
        if (result.Violations.Count == 0)
            return ExitCodes.Done;
        Terminal.WriteErrorLine(
            $"cjp2p simulate: {Amounts.Count(result.Violations.Count, "violation")}; the same again: "
            + request.Command(request.Seed, string.Create(CultureInfo.InvariantCulture, $" --stop-at-step {result.Violations[0].Step}")));
        return ExitCodes.Failed;
    }

    private static void Print(SimulateRequest request, ScenarioResult result, TimeSpan wall)
    {
        if (request.Json)
            Terminal.WriteJson(SimulateReport.Of(result, wall), Json.Lines.SimulateReport);
        else
            AnsiConsole.Console.Write(SimulateView.Table(result, wall));
    }

    private static Option<string> FileOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "file",
    };

    private static Option<IPEndPoint> EndPointOption(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "ip:port",
        CustomParser = result => IPEndPoint.TryParse(result.Tokens[0].Value, out var endPoint) && endPoint.Port > 0
            ? endPoint
            : Options.Wrong<IPEndPoint>(result, $"{name} is ip:port, such as 127.0.0.1:4053, not '{result.Tokens[0].Value}'"),
    };

    private static ulong? Seed(ArgumentResult result, string name, string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)
            ? seed
            : Options.Wrong<ulong?>(result, $"{name} is a whole number, not '{text}'");

    private static (ulong First, ulong Last)? Seeds(ArgumentResult result)
    {
        var parts = result.Tokens[0].Value.Split("..");
        return parts.Length == 2
            && ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && ulong.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && first <= last
            ? (first, last)
            : Options.Wrong<(ulong, ulong)?>(result, $"--seeds is two whole numbers, the smaller first, such as 1..1000, not '{result.Tokens[0].Value}'");
    }

    private static double? Loss(ArgumentResult result) =>
        ScenarioValues.TryNumber(result.Tokens[0].Value, out var loss) && loss is >= 0 and < 1
            ? loss
            : Options.Wrong<double?>(result, $"--loss is a part of less than all, such as 0.05 or 5%, not '{result.Tokens[0].Value}'");

    private static TimeSpan? Duration(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var isRight = ScenarioValues.TryTime(text, out var time)
            || (ScenarioValues.TryNumber(text, out var seconds) && !text.Contains('%', StringComparison.Ordinal)
                && seconds is > 0 and < 1e9 && ScenarioValues.TryTime(text + "s", out time));
        return isRight && time > TimeSpan.Zero
            ? time
            : Options.Wrong<TimeSpan?>(result, $"--duration is a time above 0, such as 90 (seconds), 90s, 5m, 1h or 1d, not '{text}'");
    }
}
