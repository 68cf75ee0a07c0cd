namespace Cjp2p.Actors.Inspection;

/// <summary>State of the content server.</summary>
/// <param name="Summary">In one line.</param>
/// <param name="Requests">Requests that it looked at since it was started.</param>
/// <param name="Served">Of these, how many were answered with content.</param>
/// <param name="ServedBytes">Bytes of content in those answers.</param>
public sealed record ContentServerState(
    string Summary, long Requests, long Served, long ServedBytes) : ActorState(Summary);
