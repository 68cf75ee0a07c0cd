namespace Cjp2p.Actors.Inspection;

/// <summary>State of the unfinished file of a download.</summary>
/// <param name="Summary">In one line.</param>
/// <param name="Path">The unfinished file.</param>
/// <param name="TargetPath">Its final name.</param>
/// <param name="IsOpen">Whether it is open.</param>
/// <param name="IsFinished">Whether it has its final name.</param>
/// <param name="LengthBytes">Length of the content.</param>
/// <param name="Spans">Spans of it.</param>
/// <param name="SpansWritten">Spans that are written.</param>
/// <param name="SpansHashed">Spans that are hashed, from the beginning.</param>
public sealed record DownloadFileState(
    string Summary,
    string Path,
    string TargetPath,
    bool IsOpen,
    bool IsFinished,
    long LengthBytes,
    int Spans,
    int SpansWritten,
    int SpansHashed) : ActorState(Summary);
