using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Host.Output;

namespace Cjp2p.Host.Simulation.Cluster;

/// <summary><c>simulate --cluster</c>: one world in several processes; and <c>--join</c>, one of them.</summary>
internal static class ClusterRun
{
    private static readonly TimeSpan OwnJoinMax = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan OthersJoinMax = TimeSpan.FromMinutes(10);

    /// <summary>Plays the world in this process and the others, and drives it.</summary>
    /// <param name="request">What is played.</param>
    /// <param name="processes">Processes in all; one: this one alone, without a cluster.</param>
    /// <param name="listen">Where others are waited for; null: they are started here, on loopback.</param>
    /// <param name="cancelled">The user wants no more.</param>
    public static async Task<ScenarioResult> PlayAsync(
        SimulateRequest request, int processes, IPEndPoint? listen, CancellationToken cancelled)
    {
        if (processes == 1)
            return await SplitRun.PlayHereAsync(request, 1, cancelled).ConfigureAwait(false);

        SplitRun.CheckWindow(request.Scenario);
        await using var node = await StartAsync(listen ?? new IPEndPoint(IPAddress.Loopback, 0), null).ConfigureAwait(false);
        using var own = new OwnProcesses(node);
        if (listen is null)
            own.Start(processes - 1, $"{node.Address.Host}:{node.Address.Port}");
        else
            Terminal.WriteErrorLine($"waiting for {Amounts.Count(processes - 1, "process", "processes")}: cjp2p simulate --join {node.Address.Host}:{node.Address.Port}");
        var joined = node.WaitForAsync(processes, listen is null ? OwnJoinMax : OthersJoinMax, cancelled);
        if (await Task.WhenAny(joined, node.LostMember).ConfigureAwait(false) != joined)
            throw UserException.Failed(await node.LostMember.ConfigureAwait(false));
        if (!await joined.ConfigureAwait(false))
            throw UserException.Failed("not all processes of the cluster came in time");
        if (!request.Json)
            Terminal.WriteErrorLine($"processes: this one{string.Concat(own.Ids.Select(id => $", {id.ToString(CultureInfo.InvariantCulture)}"))}");

        var slices = Enumerable.Range(0, processes).Select(i => new ClusterSlice(node, i, cancelled)).ToArray();
        var text = ScenarioFile.Write(request.Scenario);
        // One after the other: each goes to the process that has the fewest so far.
        for (var i = 0; i < processes; i++)
        {
            await slices[i].BeginAsync(new SliceBegin(
                SliceBegin.OwnBuild, request.Scenario.Name, text, request.Seed, i, processes)).ConfigureAwait(false);
        }

        return await SplitRun.DriveAsync(request, new SlicesInWindows(request.Scenario, slices), cancelled).ConfigureAwait(false);
    }

    /// <summary>Is one of the processes of a world that another one drives, until that has ended.</summary>
    public static async Task<int> JoinAsync(IPEndPoint driver, CancellationToken cancelled)
    {
        // The address of this machine that the driver can reach: the one that a packet to it would leave from.
        using var probe = new Socket(driver.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        probe.Connect(driver);
        var own = ((IPEndPoint)probe.LocalEndPoint!).Address;
        await using var node = await StartAsync(new IPEndPoint(own, 0), driver).ConfigureAwait(false);
        if (!await node.WaitForAsync(1, OwnJoinMax, cancelled).ConfigureAwait(false))
            throw UserException.Failed($"nobody at {driver} lets this process join: start it there with --cluster and --cluster-listen");
        var end = await Task.WhenAny(node.DriverLeft, node.LostMember).WaitAsync(cancelled).ConfigureAwait(false);
        return end == node.DriverLeft
            ? ExitCodes.Done
            : throw UserException.Failed(await node.LostMember.ConfigureAwait(false));
    }

    private static async Task<ClusterNode> StartAsync(IPEndPoint listen, IPEndPoint? driver)
    {
        try
        {
            return await ClusterNode.StartAsync(listen, driver).ConfigureAwait(false);
        }
        catch (Exception e) when (Innermost(e) is SocketException or System.Net.Sockets.SocketException)
        {
            throw UserException.Failed($"{listen} cannot be listened on: {Innermost(e).Message}", e);
        }
    }

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;

    /// <summary>The processes that this one started.</summary>
    private sealed class OwnProcesses(ClusterNode node) : IDisposable
    {
        private readonly List<Process> _all = [];

        public IEnumerable<int> Ids => _all.Select(process => process.Id);

        public void Start(int count, string driver)
        {
            for (var i = 0; i < count; i++)
            {
                var start = OwnProgram.Again();
                start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
                start.ArgumentList.Add("simulate");
                start.ArgumentList.Add("--join");
                start.ArgumentList.Add(driver);
                var process = new Process { StartInfo = start, EnableRaisingEvents = true };
                process.Exited += (_, _) => node.Ended(process.Id);
                process.Start();
                process.BeginOutputReadLine();
                process.BeginErrorReadLine();
                _all.Add(process);
            }
        }

        public void Dispose()
        {
            foreach (var process in _all)
            {
                process.EnableRaisingEvents = false;
                if (!process.HasExited)
                    process.Kill();
                process.Dispose();
            }
        }
    }
}
