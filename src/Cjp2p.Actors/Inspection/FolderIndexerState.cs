namespace Cjp2p.Actors.Inspection;

/// <summary>State of the actor that hashes a shared folder.</summary>
/// <param name="Summary">In one line.</param>
/// <param name="Folder">The folder.</param>
/// <param name="Phase">Idle, Listing or Hashing.</param>
/// <param name="Known">Files whose hash is known.</param>
/// <param name="Seen">Files seen in this look.</param>
/// <param name="ToHash">Files that wait to be hashed.</param>
/// <param name="Hashing">The file that is being hashed; null: none.</param>
/// <param name="HashedBytes">How far it is.</param>
public sealed record FolderIndexerState(
    string Summary, string Folder, string Phase, int Known, int Seen, int ToHash, string? Hashing, long HashedBytes) : ActorState(Summary);
