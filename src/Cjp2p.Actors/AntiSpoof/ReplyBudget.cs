namespace Cjp2p.Actors.AntiSpoof;

/// <summary>
/// How much one datagram may cause us to send back. A source that has not proven that it receives at its address never
/// gets more than twice what it sent (LCDP draft 04 section 4.1, the strictest of the protocol's texts; the quick start
/// says 2.5), so that nobody can use us to flood a victim whose address he forges.
/// </summary>
public static class ReplyBudget
{
    /// <summary>IPv4 and UDP header: what a datagram costs on the wire beyond its payload; counted both ways.</summary>
    public const int HeaderBytes = 28;

    /// <summary>Payload bytes of the one reply datagram to an unverified source that sent <paramref name="bytesIn"/>.</summary>
    public static int UnverifiedBytesMax(int bytesIn) => 2 * (bytesIn + HeaderBytes) - HeaderBytes;
}
