using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Host.Simulation;

/// <summary>The files that are written while a run goes on.</summary>
internal sealed class SimulateTaps(PcapFile? pcap, ChromeTraceFile? trace) : ISimTap, IDisposable
{
    /// <summary>Opens what was asked for.</summary>
    public static SimulateTaps Open(SimulateRequest request) => new(
        request.Pcap is { } pcap ? new PcapFile(Files.Create(pcap), SimClock.Start) : null,
        request.Trace is { } trace ? new ChromeTraceFile(Files.Create(trace)) : null);

    public void Delivered(
        TimeSpan at, SimHost from, SimHost to, in PeerAddress source, in PeerAddress destination, ReadOnlySpan<byte> datagram)
    {
        pcap?.Write(at, source, destination, datagram);
        trace?.Delivered(at, from.Number, to.Number, datagram.Length);
    }

    /// <summary>Writes what is known in the end only.</summary>
    public void Finish(ScenarioResult result) => trace?.Finish(result);

    public void Dispose()
    {
        pcap?.Dispose();
        trace?.Dispose();
    }
}
