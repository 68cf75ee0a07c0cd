using Akka.Actor;
using Akka.Configuration;
using Akka.Serialization;

namespace Cjp2p.Host;

/// <summary>
/// Stands where Akka's JSON serializer would: messages of a node never leave their process, and Newtonsoft.Json, which starts
/// with every system otherwise, takes memory (docs/performance.md). The cluster of <c>simulate</c> has the usual ones.
/// </summary>
internal sealed class NoSerializer : Serializer
{
    /// <summary>As Akka makes one.</summary>
    /// <param name="system">The system it belongs to.</param>
    /// <param name="_">What Akka's reference configuration says about its JSON serializer.</param>
    public NoSerializer(ExtendedActorSystem system, Config _) : base(system)
    {
    }

    /// <inheritdoc/>
    public override int Identifier => 24254;

    /// <inheritdoc/>
    public override bool IncludeManifest => false;

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => throw new NotSupportedException($"A {obj?.GetType().Name} does not leave this process.");

    /// <inheritdoc/>
    public override object FromBinary(byte[] bytes, Type type) => throw new NotSupportedException("Nothing comes from another process.");
}
