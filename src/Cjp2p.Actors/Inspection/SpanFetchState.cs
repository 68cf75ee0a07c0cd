using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Inspection;

/// <summary>State of the fetching of one span.</summary>
/// <param name="Summary">In one line.</param>
/// <param name="Id">The content.</param>
/// <param name="Span">Number of the span.</param>
/// <param name="Generation">Which try of it.</param>
/// <param name="OffsetBytes">Where it begins.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="Chunks">Its chunks, one character each: '.' missing, '?' asked for, '+' arrived.</param>
/// <param name="Outstanding">Requests that are waited for; a chunk may be asked of two sources.</param>
/// <param name="AttemptsMax">How often the chunk that was asked for most often was.</param>
/// <param name="NextDeadlineInMs">When the next request is overdue, in milliseconds; null: nothing is waited for.</param>
/// <param name="SourceNumbers">Numbers of the sources whose chunks are here, in order.</param>
public sealed record SpanFetchState(
    string Summary,
    ContentId Id,
    int Span,
    int Generation,
    long OffsetBytes,
    int LengthBytes,
    string Chunks,
    int Outstanding,
    int AttemptsMax,
    double? NextDeadlineInMs,
    ImmutableArray<int> SourceNumbers) : ActorState(Summary);
