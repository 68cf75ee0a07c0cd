namespace Cjp2p.TestPeers;

/// <summary>What a <see cref="LossyRelay"/> did in one direction so far.</summary>
/// <param name="Arrived">Datagrams that came in.</param>
/// <param name="ArrivedBytes">Their bytes.</param>
/// <param name="Forwarded">Datagrams sent on, the second copies included.</param>
/// <param name="ForwardedBytes">Their bytes.</param>
/// <param name="Dropped">Datagrams lost by chance, or after the last that may pass.</param>
/// <param name="Overflowed">Datagrams lost because the queue of a limited line was full.</param>
/// <param name="Duplicated">Datagrams sent twice.</param>
/// <param name="Reordered">Datagrams that went on after a later one.</param>
/// <param name="Corrupted">Datagrams with a bit turned over.</param>
/// <param name="Failed">Datagrams that the system refused to send.</param>
public readonly record struct RelayCounters(
    long Arrived, long ArrivedBytes, long Forwarded, long ForwardedBytes, long Dropped, long Overflowed, long Duplicated,
    long Reordered, long Corrupted, long Failed);
