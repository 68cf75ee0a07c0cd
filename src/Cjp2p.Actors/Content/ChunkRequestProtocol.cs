using Akka.Event;
using Cjp2p.Actors.Peers;

namespace Cjp2p.Actors.Content;

/// <summary>Messages of <see cref="ChunkRequestActor"/>.</summary>
public static class ChunkRequestProtocol
{
    /// <summary>Anything it takes.</summary>
    public interface ICommand;

    /// <summary>The download lets it ask a source for some more chunks.</summary>
    /// <param name="Source">Whom.</param>
    /// <param name="Chunks">How many chunks at the most.</param>
    /// <param name="RoundTrip">What is known of the way.</param>
    /// <param name="RequestsPerDatagram">How many requests the source takes in one datagram.</param>
    /// <param name="ChunksPerRequest">How many chunks in a row one request may ask for.</param>
    /// <param name="Race">Whether chunks asked of others may be asked again.</param>
    /// <param name="GiveCookie">Whether to ask the source to return a cookie with its answers.</param>
    public sealed record Grant(
        SourceSlot Source,
        int Chunks,
        RoundTripTime RoundTrip,
        int RequestsPerDatagram,
        int ChunksPerRequest,
        bool Race,
        bool GiveCookie)
        : ICommand, IDeadLetterSuppression;

    /// <summary>What one batch of datagrams brought for the span; its bytes are in the buffer already.</summary>
    /// <param name="Source">Who sent it.</param>
    /// <param name="Chunks">Chunks that are in the buffer now.</param>
    /// <param name="Useless">Chunks for which something came that was of no use.</param>
    /// <param name="Duplicates">Contents that were here already.</param>
    /// <param name="Shared">Whether one datagram brought several contents.</param>
    /// <param name="ChunkBytes">Bytes of a chunk in these sets.</param>
    /// <param name="At">When it came.</param>
    public sealed record ChunksArrived(
        SourceSlot Source, ChunkSet Chunks, ChunkSet Useless, int Duplicates, bool Shared, int ChunkBytes, TimeSpan At)
        : ICommand, IDeadLetterSuppression;

    /// <summary>Larger chunks do not arrive from anybody: ask for smaller ones. Nothing is asked for when it comes.</summary>
    /// <param name="ChunkBytes">Bytes of a chunk from now on.</param>
    public sealed record CutSmaller(int ChunkBytes) : ICommand, IDeadLetterSuppression;

    /// <summary>A source is given up.</summary>
    /// <param name="Source">Its number.</param>
    public sealed record SourceGone(int Source) : ICommand, IDeadLetterSuppression;

    /// <summary>A request may be overdue.</summary>
    public sealed record CheckDeadlines : ICommand, IDeadLetterSuppression
    {
        /// <summary>The one instance.</summary>
        public static CheckDeadlines Instance { get; } = new();
    }
}
