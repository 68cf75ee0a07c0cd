using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>The open transports of a node, for those who send. Kept by <see cref="SocketActor"/>. Thread-safe.</summary>
/// <param name="bans">Whom nothing is sent.</param>
public sealed class TransportSet(Bans bans)
{
    private ImmutableArray<ITransport> _transports = [];

    /// <summary>The open ones, in the order of the configuration.</summary>
    public ImmutableArray<ITransport> Open => ImmutableInterlocked.InterlockedCompareExchange(ref _transports, default, default);

    /// <summary>
    /// A batch for datagrams to <paramref name="to"/>, or null when no open transport can reach it: another family, or
    /// beyond loopback from a loopback address, or banned. Nothing is sent then.
    /// </summary>
    public ISendBatch? RentFor(in PeerAddress to)
    {
        if (bans.Holds(to))
            return null;
        ITransport? best = null;
        var bestRank = -1;
        foreach (var transport in Open)
        {
            var rank = SourceChoice.Rank(transport.LocalAddress, to);
            if (rank > bestRank)
                (best, bestRank) = (transport, rank);
        }

        return best?.RentSendBatch();
    }

    /// <summary>Whether an address is one of this machine that the node listens at; ports do not matter.</summary>
    public bool IsOwnHost(PeerAddress address)
    {
        foreach (var transport in Open)
        {
            if (transport.IsOwnHost(address))
                return true;
        }

        return false;
    }

    /// <summary>Replaces what is open.</summary>
    internal void Set(ImmutableArray<ITransport> transports) =>
        ImmutableInterlocked.InterlockedExchange(ref _transports, transports);
}
