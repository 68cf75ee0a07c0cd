using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>The open transports of a node, for those who send. Kept by <see cref="SocketActor"/>. Thread-safe.</summary>
/// <param name="isShunned">Whom nothing is to be sent; null: nobody is.</param>
public sealed class TransportSet(Func<PeerAddress, bool>? isShunned = null)
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
        if (isShunned?.Invoke(to) == true)
            return null;
        foreach (var transport in Open)
        {
            var from = transport.LocalAddress;
            if (from.IsIPv6 == to.IsIPv6 && (!from.IsLoopback || to.IsLoopback))
                return transport.RentSendBatch();
        }

        return null;
    }

    /// <summary>Replaces what is open.</summary>
    internal void Set(ImmutableArray<ITransport> transports) =>
        ImmutableInterlocked.InterlockedExchange(ref _transports, transports);
}
