using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.TestPeers;

/// <summary>
/// Peers without sockets that send to each other, in order and without loss, on a clock that moves only when nothing is
/// under way.
/// </summary>
internal sealed class OfflineNetwork(ManualTime time) : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly List<ForeignModel> _peers = [];
    private readonly Queue<(ForeignModel From, SentDatagram Datagram)> _underWay = new();

    /// <summary>Datagrams delivered.</summary>
    public int Delivered { get; private set; }

    public T Add<T>(T peer) where T : ForeignModel
    {
        _peers.Add(peer);
        peer.Start();
        return peer;
    }

    /// <summary>
    /// Delivers until the condition holds or, when it never does, so many datagrams or minutes have passed.
    /// </summary>
    public bool RunUntil(Func<bool> condition, int datagramsMax = 20_000, int minutesMax = 2)
    {
        TimeSpan end = time.Now + TimeSpan.FromMinutes(minutesMax);
        int delivered = 0;
        while (!condition())
        {
            Collect();
            if (_underWay.TryDequeue(out (ForeignModel From, SentDatagram Datagram) next))
            {
                if (++delivered > datagramsMax) return false;
                Deliver(next.From, next.Datagram);
            }
            else
            {
                if (time.Now > end) return false;
                time.Advance(Step);
            }
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ForeignModel peer in _peers) await peer.DisposeAsync();
    }

    private void Collect()
    {
        foreach (ForeignModel peer in _peers)
            foreach (SentDatagram sent in peer.TakeOutbox()) _underWay.Enqueue((peer, sent));
    }

    private void Deliver(ForeignModel from, SentDatagram datagram)
    {
        if (_peers.Find(p => p.Address.Equals(datagram.To)) is not { } to) return;
        Delivered++;
        foreach (SentDatagram sent in to.Exchange(datagram.Bytes, from.Address)) _underWay.Enqueue((to, sent));
    }
}
