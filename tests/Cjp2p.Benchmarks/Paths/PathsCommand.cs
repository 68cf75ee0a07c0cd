using System.CommandLine;
using Cjp2p.Benchmarks.Compare;

namespace Cjp2p.Benchmarks.Paths;

/// <summary>
/// <c>paths</c>: ours, the kernel's TCP and libtorrent's uTP over bad paths, with real sockets, each in turn over the same path. As root: it
/// makes two network namespaces, whose only way to each other is a relay in this process.
/// </summary>
internal static class PathsCommand
{
    public static Command Create()
    {
        var only = new Option<PathPart[]>("--only")
        {
            Description = "Measure these parts (default: all).",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => Enum.GetValues<PathPart>(),
        };
        var runs = new Option<int>("--runs") { Description = "Rounds; in each, everybody fetches once.", DefaultValueFactory = _ => 3 };
        var ours = new Option<bool>("--ours") { Description = "Leave the rivals out." };
        var packets = new Option<bool>("--lose-packets")
        {
            Description = "Loss is of packets, and with one fragment the whole datagram is lost (default: of datagrams).",
        };
        var losses = new Option<double[]>("--loss")
        {
            Description = "Percent that get lost on the link of 100 Mbit/s (default: 0, 1, 2 and 5).",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        var mebibytes = new Option<int>("--mebibytes") { Description = "What is fetched over that link.", DefaultValueFactory = _ => 32 };
        var most = new Option<int>("--rival-seconds") { Description = "What a fetch of a rival may take; then its speed until then counts.", DefaultValueFactory = _ => 20 };
        var seed = new Option<ulong>("--seed") { Description = "The chance of the paths.", DefaultValueFactory = _ => 1UL };
        var folder = CompareCommand.Folder();
        var program = CompareCommand.Program();
        var timeout = new Option<int>("--timeout") { Description = "Seconds that all may take.", DefaultValueFactory = _ => 3600 };
        var command = new Command("paths", "Measures cjp2p, TCP and uTP over bad paths between real sockets. Needs root.")
        {
            only, runs, ours, packets, losses, mebibytes, most, seed, folder, program, timeout,
        };
        command.SetAction((parsed, cancel) => Guard.RunAsync(
            async token =>
            {
                var measure = new PathMeasurement(
                    OurProgram.Find(parsed.GetValue(program)), parsed.GetValue(folder)!, Math.Max(1, parsed.GetValue(runs)), parsed.GetValue(seed))
                {
                    LosesPackets = parsed.GetValue(packets),
                    Losses = [.. parsed.GetValue(losses)!.Select(percent => percent / 100)],
                    CappedMebibytes = Math.Max(1, parsed.GetValue(mebibytes)),
                    RivalTimeMost = TimeSpan.FromSeconds(Math.Max(1, parsed.GetValue(most))),
                    Libtorrent = parsed.GetValue(ours) ? null : await RivalProgram.LibtorrentAsync(token),
                };
                await measure.RunAsync(parsed.GetValue(only)!, token);
            },
            TimeSpan.FromSeconds(parsed.GetValue(timeout)),
            cancel));
        return command;
    }
}
