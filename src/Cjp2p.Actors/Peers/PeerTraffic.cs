using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Peers;

/// <summary>
/// Bytes of content that came from each peer and went to it, for whoever looks. Bounded: of those that are idle longest the
/// counts are forgotten. Thread-safe; counted once a batch, never once a datagram.
/// </summary>
/// <param name="peersMax">Peers counted one by one (<c>cjp2p.inspection.traffic-peers-max</c>).</param>
public sealed class PeerTraffic(int peersMax)
{
    private readonly TwoGenerationMap<PeerAddress, (long In, long Out)> _bytes = new(peersMax);

    /// <summary>Peers counted one by one.</summary>
    public int Peers
    {
        get
        {
            lock (_bytes)
                return _bytes.Count;
        }
    }

    /// <summary>Peers whose counts were forgotten.</summary>
    public long Evictions
    {
        get
        {
            lock (_bytes)
                return _bytes.Evictions;
        }
    }

    /// <summary>Content came from a peer.</summary>
    public void AddIn(in PeerAddress peer, long bytes) => Add(peer, bytes, 0);

    /// <summary>Content went to a peer.</summary>
    public void AddOut(in PeerAddress peer, long bytes) => Add(peer, 0, bytes);

    /// <summary>What came from a peer and went to it; zero when nothing is remembered.</summary>
    public (long In, long Out) Of(in PeerAddress peer)
    {
        lock (_bytes)
            return _bytes.TryPeek(peer, out var bytes) ? bytes : default;
    }

    private void Add(in PeerAddress peer, long bytesIn, long bytesOut)
    {
        lock (_bytes)
        {
            _bytes.TryGet(peer, out var before);
            _bytes.Set(peer, (before.In + bytesIn, before.Out + bytesOut));
        }
    }
}
