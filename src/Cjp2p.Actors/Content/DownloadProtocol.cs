using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>Messages of <see cref="DownloadManagerActor"/> and <see cref="DownloadActor"/>, and what they tell those who wait.</summary>
public static class DownloadProtocol
{
    /// <summary>Anything the manager takes.</summary>
    public interface IManagerCommand;

    /// <summary>Anything a download takes.</summary>
    public interface ICommand;

    /// <summary>What is told to whoever started a download.</summary>
    public interface IEvent
    {
        /// <summary>The content.</summary>
        ContentId Id { get; }
    }

    /// <summary>
    /// Fetches a content. The sender is told <see cref="Progress"/> from time to time, and once <see cref="Finished"/> or
    /// <see cref="Failed"/>. A download of that id that runs already is joined: its target stays what it was.
    /// </summary>
    /// <param name="Id">A SHA-256 id.</param>
    /// <param name="TargetPath">Final name; the content appears there when it is verified. An existing file is replaced then.</param>
    /// <param name="Sources">Addresses to ask, besides those the node knows.</param>
    /// <param name="SpanDigests">SHA-256 of each 256 KiB, when known: spans are then verified, and served, one by one.</param>
    public sealed record StartDownload(
        ContentId Id,
        string TargetPath,
        ImmutableArray<PeerAddress> Sources,
        ImmutableArray<Sha256Digest> SpanDigests = default) : IManagerCommand;

    /// <summary>Ends a download; what was fetched stays for the next time.</summary>
    /// <param name="Id">The content.</param>
    public sealed record StopDownload(ContentId Id) : IManagerCommand;

    /// <summary>Ends a download and throws away what was fetched; answered with <see cref="Dropping"/>.</summary>
    /// <param name="Id">The content.</param>
    public sealed record DropDownload(ContentId Id) : IManagerCommand;

    /// <summary>A download is being dropped.</summary>
    /// <param name="Id">The content.</param>
    /// <param name="IsRunning">Whether it runs at all.</param>
    public sealed record Dropping(ContentId Id, bool IsRunning);

    /// <summary>Asks the manager for <see cref="Downloads"/>.</summary>
    public sealed record GetDownloads : IManagerCommand
    {
        /// <summary>The one instance.</summary>
        public static GetDownloads Instance { get; } = new();
    }

    /// <summary>The running downloads, by id.</summary>
    public sealed record Downloads(ImmutableArray<Progress> Running);

    /// <summary>Others say who may have a content that is being fetched.</summary>
    /// <param name="Id">The content.</param>
    /// <param name="From">Who says so; a source of that download.</param>
    /// <param name="Addresses">Whom they name.</param>
    public sealed record Suggested(ContentId Id, PeerAddress From, ImmutableArray<PeerAddress> Addresses)
        : IManagerCommand, ICommand;

    /// <summary>How a download goes.</summary>
    /// <param name="Id">The content.</param>
    /// <param name="TargetPath">Final name.</param>
    /// <param name="Phase">What it does.</param>
    /// <param name="LengthBytes">Length of the content; -1 while it is not known.</param>
    /// <param name="DoneBytes">Bytes on the disk.</param>
    /// <param name="FetchedBytes">Bytes of content that arrived, duplicates and what was thrown away included.</param>
    /// <param name="Sources">Addresses that deliver.</param>
    /// <param name="Asked">Addresses asked so far.</param>
    /// <param name="Why">Why there is no progress, in words; empty while there is.</param>
    /// <param name="Answered">Of those asked, how many answered anything, also that they do not have it.</param>
    /// <param name="Unreachable">Of those asked, how many nothing could be sent to.</param>
    public sealed record Progress(
        ContentId Id,
        string TargetPath,
        DownloadPhase Phase,
        long LengthBytes,
        long DoneBytes,
        long FetchedBytes,
        int Sources,
        int Asked,
        string Why,
        int Answered = 0,
        int Unreachable = 0) : IEvent;

    /// <summary>
    /// The content is verified and under its final name. Published on the event stream of the actor system too, for whoever
    /// subscribes.
    /// </summary>
    /// <param name="Id">The content.</param>
    /// <param name="TargetPath">Final name.</param>
    /// <param name="LengthBytes">Its length.</param>
    /// <param name="FetchedBytes">Bytes of content that arrived for it in this run.</param>
    /// <param name="Sources">Who delivered.</param>
    public sealed record Finished(
        ContentId Id, string TargetPath, long LengthBytes, long FetchedBytes, ImmutableArray<PeerAddress> Sources) : IEvent;

    /// <summary>The download ended without the content.</summary>
    /// <param name="Id">The content.</param>
    /// <param name="Reason">Why, in one line.</param>
    public sealed record Failed(ContentId Id, string Reason) : IEvent;

    /// <summary>Ends all downloads, each saved where it is; answered with <see cref="AllStopped"/>. No more are started.</summary>
    public sealed record StopAll : IManagerCommand
    {
        /// <summary>The one instance.</summary>
        public static StopAll Instance { get; } = new();
    }

    /// <summary>All downloads have ended.</summary>
    public sealed record AllStopped
    {
        /// <summary>The one instance.</summary>
        public static AllStopped Instance { get; } = new();
    }

    /// <summary>A download has ended, or its actor is gone.</summary>
    /// <param name="Id">The content.</param>
    /// <param name="Number">Which of the downloads of that content.</param>
    internal sealed record DownloadStopped(ContentId Id, int Number) : IManagerCommand;

    /// <summary>One more wants to be told; sent by the manager on behalf of the sender.</summary>
    /// <param name="Sources">Further addresses to ask.</param>
    internal sealed record Join(ImmutableArray<PeerAddress> Sources) : ICommand;

    /// <summary>Save where you are and stop.</summary>
    internal sealed record Stop : ICommand
    {
        public static Stop Instance { get; } = new();
    }

    /// <summary>Throw away what there is and stop.</summary>
    internal sealed record Drop : ICommand
    {
        public static Drop Instance { get; } = new();
    }

    /// <summary>Asks a download for its <see cref="Progress"/>.</summary>
    internal sealed record GetProgress : ICommand
    {
        public static GetProgress Instance { get; } = new();
    }

    /// <summary>A source answered a probe, or claims another length than before.</summary>
    /// <param name="Source">The source.</param>
    /// <param name="Eof">Length that it claims; -1: it does not say.</param>
    /// <param name="At">When.</param>
    internal sealed record SourceAnswered(SourceSlot Source, long Eof, TimeSpan At) : ICommand;

    /// <summary>Requests of a span were settled.</summary>
    /// <param name="Span">Its number.</param>
    /// <param name="Generation">Which try of that span.</param>
    /// <param name="Outcome">What became of the requests.</param>
    /// <param name="Source">Whose answer caused it; null: a deadline.</param>
    /// <param name="Chunks">Chunks that arrived.</param>
    /// <param name="Useless">Answers that were of no use.</param>
    /// <param name="Duplicates">Contents that were here already.</param>
    /// <param name="Shared">Whether one datagram brought several contents.</param>
    /// <param name="Unrequested">Chunks of the span that are neither here nor asked for.</param>
    internal sealed record SpanProgress(
        int Span,
        int Generation,
        SpanOutcome Outcome,
        SourceSlot? Source,
        int Chunks,
        int Useless,
        int Duplicates,
        bool Shared,
        int Unrequested) : ICommand;

    /// <summary>A granted request for chunks was used only in part.</summary>
    internal sealed record GrantUnused(int Span, int Generation, SourceSlot Source, int Chunks, int Unrequested) : ICommand;

    /// <summary>All chunks of a span are here; its bytes are on their way to the disk.</summary>
    internal sealed record SpanFetched(
        int Span, int Generation, ImmutableArray<int> Contributors, ImmutableArray<ushort> Givers) : ICommand;

    /// <summary>
    /// An address alone gave a content of one block, of the length that it claims itself, and it is wrong. A line that flips bits can do that,
    /// once: twice is a lie.
    /// </summary>
    internal sealed record WrongBlock(ContentId Id, PeerAddress Address) : IManagerCommand;

    /// <summary>An address was proven to give wrong content, here or in another download: what it gave is doubted everywhere.</summary>
    internal sealed record LiarFound(ContentId Id, PeerAddress Address, string Reason) : IManagerCommand, ICommand;

    /// <summary>All chunks of a span are here and its hash is wrong.</summary>
    internal sealed record SpanCorrupt(int Span, int Generation, ImmutableArray<int> Contributors) : ICommand;

    /// <summary>The actor of a span is gone.</summary>
    internal sealed record SpanStopped(int Span, int Generation) : ICommand;

    /// <summary>Time to look whether something has to be done.</summary>
    internal sealed record Tick : ICommand, IDeadLetterSuppression, INotInfluenceReceiveTimeout
    {
        public static Tick Instance { get; } = new();
    }
}

/// <summary>What a download does.</summary>
public enum DownloadPhase
{
    /// <summary>Looks for somebody who has the content.</summary>
    Searching,

    /// <summary>Fetches.</summary>
    Fetching,

    /// <summary>Everything is on the disk; the hash is being checked.</summary>
    Verifying,

    /// <summary>Waits for the disk: full, read-only, gone.</summary>
    Paused,
}
