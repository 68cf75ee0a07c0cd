namespace Cjp2p.TestPeers;

/// <summary>
/// Thrown inside a model where the real program would have ended. It never leaves <see cref="ForeignPeer"/>.
/// </summary>
internal sealed class PeerCrash(string reason) : Exception(reason);
