using System.Collections.Immutable;

namespace Cjp2p.Actors.Inspection;

/// <summary>A page of the running downloads.</summary>
/// <param name="Total">Downloads that run.</param>
/// <param name="Skip">Downloads left out before these.</param>
/// <param name="Downloads">The page, by id; those that do not answer in time are missing.</param>
public sealed record DownloadPage(int Total, int Skip, ImmutableArray<DownloadState> Downloads);
