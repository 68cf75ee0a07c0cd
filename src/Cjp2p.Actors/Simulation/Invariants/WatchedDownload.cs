namespace Cjp2p.Actors.Simulation.Invariants;

/// <summary>A download that runs, as <see cref="DownloadsMove"/> looks at it.</summary>
/// <param name="Node">Who fetches.</param>
/// <param name="Content">What.</param>
/// <param name="MovedAt">When bytes were last gained or lost, or the reason why there are none changed.</param>
/// <param name="Why">Why it does not move, as its node says; empty: it says nothing.</param>
/// <param name="State">How far it is, for whoever reads of a violation.</param>
internal readonly record struct WatchedDownload(string Node, string Content, TimeSpan MovedAt, string Why, string State);
