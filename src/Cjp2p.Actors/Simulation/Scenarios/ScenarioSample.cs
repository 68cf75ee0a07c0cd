namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>A run at one moment, for pictures of it.</summary>
/// <param name="At">Virtual time.</param>
/// <param name="NodesUp">Peers that run.</param>
/// <param name="Completed">Fetches that have completed.</param>
/// <param name="Done">
/// Part that is done of the fetch that is ahead of 10, 25, 50, 75 and 90 percent of all others (0 to 1 each).
/// </param>
/// <param name="BytesSent">Payload bytes that all peers sent so far.</param>
/// <param name="BytesFetched">Bytes of content that arrived so far.</param>
/// <param name="BytesWasted">Those of them that were of no use.</param>
/// <param name="Dropped">Datagrams dropped so far.</param>
public sealed record ScenarioSample(
    TimeSpan At,
    int NodesUp,
    int Completed,
    IReadOnlyList<double> Done,
    long BytesSent,
    long BytesFetched,
    long BytesWasted,
    long Dropped);
