namespace Cjp2p.Actors.Simulation;

/// <summary>Numbers of the streams of chance below a world's seed. Appended to, never renumbered: seeds are kept in tests.</summary>
internal static class SimStreams
{
    internal const ulong Nodes = 1;
    internal const ulong UpLinks = 2;
    internal const ulong DownLinks = 3;
    internal const ulong Disks = 4;
    internal const ulong Others = 5;
}
