using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// The Peers that whoever asks is told, written once for each sample of the registry's: 46 addresses as text were a quarter
/// of the cost of an answer. For those whom it does not suit (named in it, came by IPv6, no room for all of it) the answer is
/// written anew. Of one receive thread.
/// </summary>
/// <param name="peersMax">Peers that are told of at the most.</param>
internal sealed class PeersAnswer(int peersMax)
{
    private const int BytesMax = 64 * 1024;
    private readonly HashSet<PeerAddress> _told = [];
    private ImmutableArray<PeerAddress> _sample;
    private byte[] _element = [];

    /// <summary>Adds the element for <paramref name="to"/>; false, with nothing added, when it has to be written anew.</summary>
    /// <param name="writer">The answer.</param>
    /// <param name="sample">The peers to tell of.</param>
    /// <param name="to">Who asked.</param>
    /// <param name="seenAs">Its address, if it is to be told of it; port 0: it is not.</param>
    public bool TryWrite(ref DatagramWriter writer, ImmutableArray<PeerAddress> sample, in PeerAddress to, in PeerAddress seenAs = default)
    {
        if (to.IsIPv6)
            return false;
        if (_sample != sample)
            Take(sample);
        return !_told.Contains(to) && writer.TryWritePeersAgain(_element, seenAs);
    }

    private void Take(ImmutableArray<PeerAddress> sample)
    {
        _sample = sample;
        _told.Clear();
        PeerAddress[] told = [.. sample.Where(peer => !peer.IsIPv6).Take(peersMax)];
        _told.UnionWith(told);
        var buffer = new byte[BytesMax];
        var writer = new DatagramWriter(buffer);
        writer.TryWritePeers(told);
        // Without the brackets of a datagram.
        _element = buffer[1..(writer.Finish() - 1)];
    }
}
