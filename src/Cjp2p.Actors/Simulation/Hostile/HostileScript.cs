using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>
/// What a hostile sender sends in one turn. Pure but for its memory: chance is an argument, and what it sends goes to the
/// <see cref="IHostileMouth"/> that it is handed.
/// </summary>
internal abstract class HostileScript
{
    /// <summary>Datagrams in a turn.</summary>
    internal abstract int DatagramsPerTurn { get; }

    /// <summary>Sends one datagram of its kind.</summary>
    internal abstract void SendOne(Random random, IHostileMouth mouth);

    /// <summary>Somebody sent it something.</summary>
    internal virtual void Hear(in PeerAddress source, ReadOnlySpan<byte> datagram)
    {
    }
}
