using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>
/// One address that a download asked, as the receive thread sees it. The download writes <see cref="AwaitsAnswer"/>, the
/// receive thread the rest.
/// </summary>
public sealed class SourceSlot
{
    /// <summary>Claims of different lengths after which the download is no longer told: a liar may change it each time.</summary>
    public const int EofChangesMax = 8;

    private volatile bool _awaitsAnswer;
    private int _largestDatagramBytes;

    /// <param name="number">Its number within the download; never used again for another address.</param>
    /// <param name="address">The address.</param>
    public SourceSlot(int number, in PeerAddress address)
    {
        Number = number;
        Address = address;
    }

    /// <summary>Its number within the download.</summary>
    public int Number { get; }

    /// <summary>The address.</summary>
    public PeerAddress Address { get; }

    /// <summary>Whether the download wants to hear of the next Content from here, whatever it holds.</summary>
    public bool AwaitsAnswer
    {
        get => _awaitsAnswer;
        set => _awaitsAnswer = value;
    }

    /// <summary>
    /// Bytes of the largest datagram with content that came from here: whether more arrives than one packet. Set back by
    /// the download; a lost race between the two costs one more look.
    /// </summary>
    internal int LargestDatagramBytes
    {
        get => Volatile.Read(ref _largestDatagramBytes);
        set => Volatile.Write(ref _largestDatagramBytes, value);
    }

    /// <summary>Length of the content that it last claimed; -1 before the first claim.</summary>
    internal long ClaimedEof { get; set; } = -1;

    /// <summary>How often it claimed another length than before.</summary>
    internal int EofChanges { get; set; }
}
