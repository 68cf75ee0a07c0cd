using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>Messages of <see cref="DownloadFileActor"/>, all answered to the download, its parent.</summary>
internal static class DownloadFileProtocol
{
    public interface ICommand;

    /// <summary>What the file tells the download.</summary>
    public interface IEvent;

    /// <summary>
    /// Opens the unfinished file. What an earlier run left in it for that length is kept, or, when the download knows
    /// better because it has been writing to it, what <paramref name="Known"/> says (one bit a span).
    /// </summary>
    /// <param name="Attempt">Number of the try, returned with what comes of it.</param>
    /// <param name="LengthBytes">Length of the content.</param>
    /// <param name="Known">One bit a span.</param>
    public sealed record Open(int Attempt, long LengthBytes, byte[]? Known) : ICommand;

    /// <summary>It is open; these spans were in it.</summary>
    public sealed record Opened(int Attempt, BlockMap Map) : IEvent;

    /// <summary>Writes a span. The buffer belongs to the file from then on and goes back to the pool.</summary>
    public sealed record WriteSpan(int Span, int Generation, byte[] Buffer, int Length) : ICommand;

    /// <summary>A span is written.</summary>
    public sealed record SpanWritten(int Span, int Generation) : IEvent;

    /// <summary>A span could not be written.</summary>
    public sealed record SpanNotWritten(int Span, int Generation, string Reason) : IEvent;

    /// <summary>Checks the hash of the whole, and when it is right moves the file to its final name.</summary>
    public sealed record Finish : ICommand
    {
        public static Finish Instance { get; } = new();
    }

    /// <summary>Right, and under its final name.</summary>
    public sealed record Verified(FileStat File) : IEvent;

    /// <summary>Complete, but not the content that was asked for.</summary>
    public sealed record Mismatch(int Attempt, Sha256Digest Actual) : IEvent;

    /// <summary>The disk does not do what it should.</summary>
    public sealed record Trouble(string Reason) : IEvent;

    /// <summary>Makes what is written last, with a map of it, so that a later run goes on from here.</summary>
    public sealed record Save : ICommand
    {
        public static Save Instance { get; } = new();
    }

    /// <summary>Takes away the unfinished file and its map; answered with <see cref="Saved"/>.</summary>
    public sealed record Discard : ICommand
    {
        public static Discard Instance { get; } = new();
    }

    /// <summary>The actor of the file is gone.</summary>
    public sealed record FileStopped(int Number) : IEvent;

    /// <summary>Saved, or not.</summary>
    public sealed record Saved : IEvent
    {
        public static Saved Instance { get; } = new();
    }
}
