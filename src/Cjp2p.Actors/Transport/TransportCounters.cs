namespace Cjp2p.Actors.Transport;

/// <summary>
/// Counts of one transport since it was opened. Written by its receive thread and by senders, read by anybody; each
/// field is exact, a set of them is not a snapshot of one instant.
/// </summary>
public sealed class TransportCounters
{
    private long _datagramsIn;
    private long _bytesIn;
    private long _datagramsOut;
    private long _bytesOut;
    private long _truncatedIn;
    private long _icmpErrors;
    private long _sendFailures;
    private long _sendDrops;

    /// <summary>Datagrams received whole.</summary>
    public long DatagramsIn => Interlocked.Read(ref _datagramsIn);

    /// <summary>Payload bytes of <see cref="DatagramsIn"/>.</summary>
    public long BytesIn => Interlocked.Read(ref _bytesIn);

    /// <summary>Datagrams given to the kernel (or to the simulated network).</summary>
    public long DatagramsOut => Interlocked.Read(ref _datagramsOut);

    /// <summary>Payload bytes of <see cref="DatagramsOut"/>.</summary>
    public long BytesOut => Interlocked.Read(ref _bytesOut);

    /// <summary>Datagrams longer than the receive buffer, dropped.</summary>
    public long TruncatedIn => Interlocked.Read(ref _truncatedIn);

    /// <summary>Errors that ICMP messages of others caused on our socket ("port unreachable"), ignored.</summary>
    public long IcmpErrors => Interlocked.Read(ref _icmpErrors);

    /// <summary>Datagrams that the kernel refused (unreachable network, port 0, too long, no permission).</summary>
    public long SendFailures => Interlocked.Read(ref _sendFailures);

    /// <summary>Datagrams dropped because the send buffer stayed full.</summary>
    public long SendDrops => Interlocked.Read(ref _sendDrops);

    /// <summary>Counts datagrams received in one batch.</summary>
    public void AddIn(long datagrams, long bytes)
    {
        Interlocked.Add(ref _datagramsIn, datagrams);
        Interlocked.Add(ref _bytesIn, bytes);
    }

    /// <summary>Counts datagrams sent in one batch.</summary>
    public void AddOut(long datagrams, long bytes)
    {
        Interlocked.Add(ref _datagramsOut, datagrams);
        Interlocked.Add(ref _bytesOut, bytes);
    }

    /// <summary>Counts one datagram that was longer than the receive buffer.</summary>
    public void AddTruncated() => Interlocked.Increment(ref _truncatedIn);

    /// <summary>Counts one error reported through ICMP.</summary>
    public void AddIcmpError() => Interlocked.Increment(ref _icmpErrors);

    /// <summary>Counts one datagram that the kernel refused.</summary>
    public void AddSendFailure() => Interlocked.Increment(ref _sendFailures);

    /// <summary>Counts datagrams dropped for want of room in the send buffer.</summary>
    public void AddSendDrops(long datagrams) => Interlocked.Add(ref _sendDrops, datagrams);
}
