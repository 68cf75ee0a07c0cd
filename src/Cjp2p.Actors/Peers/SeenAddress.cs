using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Peers;

/// <summary>How others see this node.</summary>
/// <param name="Address">Where its datagrams come from; port 0: the port is another one for each of them.</param>
/// <param name="Reporters">Networks that say so.</param>
/// <param name="IsConfirmed">Whether they are enough, and the most of all, so that it is believed.</param>
/// <param name="IsTranslated">Whether that is no address of this machine: a NAT is between.</param>
public sealed record SeenAddress(PeerAddress Address, int Reporters, bool IsConfirmed, bool IsTranslated);
