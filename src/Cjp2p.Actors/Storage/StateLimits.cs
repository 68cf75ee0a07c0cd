namespace Cjp2p.Actors.Storage;

/// <summary>How much of each kind is kept across restarts: as much as a running node keeps.</summary>
/// <param name="PeersMax">Peers, the last heard first.</param>
/// <param name="FilesMax">Hashes of files, in order of their paths.</param>
/// <param name="DownloadsMax">Downloads.</param>
/// <param name="BansMax">Bans, those that end last first.</param>
public sealed record StateLimits(int PeersMax, int FilesMax, int DownloadsMax, int BansMax);
