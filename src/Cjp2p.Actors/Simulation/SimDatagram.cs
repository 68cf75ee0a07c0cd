using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation;

/// <summary>One datagram under way: an entry of the world's queue and the bytes, pooled together.</summary>
internal sealed class SimDatagram(SimNetwork network, byte[] buffer) : SimEntry
{
    internal byte[] Buffer { get; } = buffer;

    internal int Length { get; set; }

    /// <summary>Who it says it is from, as the receiver sees it: behind a NAT, the NAT's address.</summary>
    internal PeerAddress Source { get; set; }

    internal PeerAddress To { get; set; }

    /// <summary>Who really sent it.</summary>
    internal SimHost Sender { get; set; } = null!;

    /// <summary>Port it left from on that host, before any NAT.</summary>
    internal ushort SenderPort { get; set; }

    /// <summary>The host it is on its way to, once that is known: then what is left is the delivery.</summary>
    internal SimHost? Receiver { get; set; }

    /// <summary>Its place among all datagrams of a sliced world that are due at one tick: by sender, as they were sent.</summary>
    internal long Order { get; set; }

    /// <summary>The next one in the list that holds it (pool, or a clogged host).</summary>
    internal SimDatagram? Next { get; set; }

    internal ReadOnlySpan<byte> Payload => Buffer.AsSpan(0, Length);

    internal override void Fire(SimScheduler scheduler) => network.Arrived(this);

    internal override void Drop() => network.Return(this);
}
