using System.Collections.Immutable;
using System.Security.Cryptography;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Node;

/// <summary>The outside world of a node: all that differs between a real and a simulated one, besides the ActorSystem's time.</summary>
/// <param name="Transports">Opens its endpoints.</param>
/// <param name="Disk">Its files.</param>
/// <param name="Random">Its source of chance; used by this node alone.</param>
/// <param name="Secret">16 unpredictable bytes for its cookies.</param>
/// <param name="Buffers">Buffers of spans shared with other nodes of the process; null: its own.</param>
/// <param name="States">Opens what it keeps across restarts, where its settings name a folder for it; null: nothing is kept.</param>
public sealed record NodeEnvironment(
    ITransportFactory Transports,
    IDisk Disk,
    Random Random,
    ImmutableArray<byte> Secret,
    SpanBufferPool? Buffers = null,
    INodeStateFactory? States = null)
{
    /// <summary>Its clock; null: that of the ActorSystem's scheduler.</summary>
    public NodeClock? Clock { get; init; }

    /// <summary>Derives the source of chance of one of its actors from that of the node.</summary>
    public Func<Random, Random> DeriveRandom { get; init; } = static random => new Random(random.Next());

    /// <summary>
    /// Makes a reader for one receiving thread, or gives out the one of that thread where it receives for many nodes.
    /// </summary>
    public Func<WireLimits, DatagramReader> ReaderFor { get; init; } = static limits => new DatagramReader(limits);

    /// <summary>Rules broken on purpose, for tests of the simulator.</summary>
    internal NodeMutations Mutations { get; init; } = NodeMutations.None;

    /// <summary>Told what the parts of the node share as soon as it is there, for who looks on.</summary>
    internal Action<NodeServices>? Made { get; init; }

    /// <summary>Real sockets, real files, real chance.</summary>
    public static NodeEnvironment Real() => new(
        new UdpTransportFactory(),
        new RealDisk(),
        new Random(RandomNumberGenerator.GetInt32(int.MaxValue)),
        [.. RandomNumberGenerator.GetBytes(CookieIssuer.SecretBytes)],
        States: new SqliteNodeStates());
}
