using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Peers;

/// <summary>Settings of peers: <c>cjp2p.peers</c>; each is described in the reference configuration.</summary>
public sealed record PeerSettings(
    ImmutableArray<PeerAddress> Bootstrap,
    int PeersMax,
    int HearsayMax,
    int HearsayPerMessageMax,
    int HearsayPerRound,
    TimeSpan DiscoveryMin,
    TimeSpan DiscoveryMax,
    int ProbesPerRound,
    int Floor,
    int Enough,
    TimeSpan ProbeAfter,
    TimeSpan BootstrapRetryMin,
    TimeSpan BootstrapRetryMax,
    int ForgetAfterProbes,
    int ReplyPeersMax,
    int ActorsMax,
    int ActorAfter,
    TimeSpan ActorIdle,
    bool? AllowLoopback,
    bool? AllowPrivate,
    TimeSpan SaveEvery,
    int RememberedPerRound,
    BlockList Blocked,
    TimeSpan KeepAlive,
    int KeepAlivePeers,
    bool LanDiscovery,
    int LanPort,
    TimeSpan LanEvery);
