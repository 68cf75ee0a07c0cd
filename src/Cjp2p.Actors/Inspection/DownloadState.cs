using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Inspection;

/// <summary>State of a download.</summary>
/// <param name="Summary">In one line.</param>
/// <param name="Id">The content.</param>
/// <param name="TargetPath">Its final name.</param>
/// <param name="Phase">Searching, Fetching, Verifying or Paused.</param>
/// <param name="LengthBytes">Length that is believed; -1: none is.</param>
/// <param name="DoneBytes">Bytes on the disk.</param>
/// <param name="FetchedBytes">Bytes of content that arrived, duplicates and what was thrown away included.</param>
/// <param name="WastedBytes">Of these, how many were of no use: duplicates, and what was fetched again.</param>
/// <param name="BytesPerSecond">Bytes of content that arrived in a second, over the last three.</param>
/// <param name="LeftSeconds">How long the rest takes at that speed; null: that is not known.</param>
/// <param name="Why">Why there is no progress, in words; empty while there is.</param>
/// <param name="NoProgressForSeconds">How long ago the last chunk came.</param>
/// <param name="Pieces">
/// The piece map, one character a piece: '.' missing, '?' asked for, '+' arrived, 'w' written, 's' written and suspect, 'v' verified.
/// </param>
/// <param name="SpansPerPiece">Spans of 256 KiB that one piece stands for: more than 1 in long contents. A piece is as far as the span of it that lags most.</param>
/// <param name="Spans">Spans of the content.</param>
/// <param name="SpansOnDisk">Spans that are written.</param>
/// <param name="SpansActive">Spans being fetched.</param>
/// <param name="ChunksInFlight">Chunks that are waited for.</param>
/// <param name="Mismatches">How often the complete content had the wrong hash.</param>
/// <param name="Subscribers">Who waits for it.</param>
/// <param name="Suggested">Addresses that others named and that wait to be tried.</param>
/// <param name="Answered">Of those asked, how many answered anything, also that they do not have it.</param>
/// <param name="Unreachable">Of those asked, how many nothing could be sent to.</param>
/// <param name="Sources">Its sources, in the order in which they became known.</param>
public sealed record DownloadState(
    string Summary,
    ContentId Id,
    string TargetPath,
    string Phase,
    long LengthBytes,
    long DoneBytes,
    long FetchedBytes,
    long WastedBytes,
    double BytesPerSecond,
    double? LeftSeconds,
    string Why,
    double NoProgressForSeconds,
    string Pieces,
    int SpansPerPiece,
    int Spans,
    int SpansOnDisk,
    int SpansActive,
    int ChunksInFlight,
    int Mismatches,
    int Subscribers,
    int Suggested,
    int Answered,
    int Unreachable,
    ImmutableArray<SourceState> Sources) : ActorState(Summary);

/// <summary>A source of a download.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Origin">Why it is one: Named, Known or Suggested.</param>
/// <param name="Standing">Probing, Active, Resting or Banned.</param>
/// <param name="Chunks">Chunks that it delivered.</param>
/// <param name="Share">Its part of all chunks that were delivered, 0 to 1.</param>
/// <param name="WindowChunks">Chunks that may be on their way from it.</param>
/// <param name="InFlightChunks">Chunks that are.</param>
/// <param name="RoundTripMs">Round-trip time in milliseconds; null: not known.</param>
/// <param name="Failures">Times in a row that it had to rest.</param>
/// <param name="Mismatches">Complete contents of it alone that had the wrong hash.</param>
/// <param name="ClaimedLengthBytes">Length that it claims; -1: none.</param>
/// <param name="HeardAgoSeconds">When it last answered; null: never.</param>
/// <param name="BannedFor">Why it is not asked any more; empty: it is.</param>
public sealed record SourceState(
    PeerAddress Address,
    string Origin,
    string Standing,
    long Chunks,
    double Share,
    int WindowChunks,
    int InFlightChunks,
    double? RoundTripMs,
    int Failures,
    int Mismatches,
    long ClaimedLengthBytes,
    double? HeardAgoSeconds,
    string BannedFor);
