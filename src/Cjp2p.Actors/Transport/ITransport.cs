using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// One bound datagram endpoint: a UDP socket, or a node's place in a simulated network. This and
/// <see cref="Content.IDisk"/> are the only seams between a node and the outside world.
/// </summary>
public interface ITransport : IDisposable
{
    /// <summary>The address it is bound to, with the port that was chosen when port 0 was asked for.</summary>
    PeerAddress LocalAddress { get; }

    /// <summary>What it received, sent and failed to, since it was opened.</summary>
    TransportCounters Counters { get; }

    /// <summary>
    /// Bytes of datagrams that wait to be received at the most, as the system granted it (usually less than asked for);
    /// <see cref="int.MaxValue"/>: as many as one likes.
    /// </summary>
    int ReceiveBufferBytes => int.MaxValue;

    /// <summary>Whether an address is one that this endpoint receives at; ports do not matter.</summary>
    bool IsOwnHost(in PeerAddress address) => LocalAddress.WithPort(0) == address.WithPort(0);

    /// <summary>Where a datagram reaches everybody on the networks that it is linked to; none where there is no such thing.</summary>
    IReadOnlyList<PeerAddress> BroadcastAddresses(ushort port) => [];

    /// <summary>
    /// Starts to receive. <paramref name="sink"/> is called by one thread at a time (a socket's own thread, or the
    /// simulator's) until the transport fails or is disposed. Called once.
    /// </summary>
    void Start(IDatagramSink sink);

    /// <summary>
    /// Takes a batch from a pool; disposing it sends what it holds and gives it back. Any thread may rent one; a batch
    /// itself belongs to one thread at a time and is not kept across turns of an actor.
    /// </summary>
    ISendBatch RentSendBatch();
}

/// <summary>Datagrams that leave together. Failures to send are counted, never thrown.</summary>
public interface ISendBatch : IDisposable
{
    /// <summary>
    /// Room for one datagram of up to <paramref name="bytesMax"/> bytes (at most 65,507). Sends what is there when it
    /// has to make room. The span is valid until the next call on this batch; called again with the same number before
    /// <see cref="Commit"/> it is the same room, with what was written there.
    /// </summary>
    Span<byte> Reserve(int bytesMax);

    /// <summary>Adds the first <paramref name="bytes"/> bytes of the reserved room as one datagram to <paramref name="to"/>.</summary>
    void Commit(in PeerAddress to, int bytes);
}

/// <summary>What a transport calls. Implementations do not throw and do not keep the spans they are handed.</summary>
public interface IDatagramSink
{
    /// <summary>One datagram, complete (a truncated one is counted by the transport and not passed on).</summary>
    void OnDatagram(in PeerAddress source, ReadOnlySpan<byte> datagram);

    /// <summary>The datagrams since the last call were received together: time to pass on what was gathered from them.</summary>
    void OnBatchEnd();

    /// <summary>The transport is dead and will not call again, for a reason in one line. Not called after Dispose.</summary>
    void OnTransportFailed(string reason);
}

/// <summary>Opens transports; the node's socket actor calls it again, with back-off, after a failure.</summary>
public interface ITransportFactory
{
    /// <summary>Binds to <paramref name="listen"/> (port 0: any free one).</summary>
    /// <exception cref="TransportException">With one clear line: the port is in use, the address is not ours, ...</exception>
    ITransport Open(in PeerAddress listen, TransportSettings settings);
}

/// <summary>An endpoint could not be opened; the message is one line for the user.</summary>
public sealed class TransportException : Exception
{
    /// <summary>Makes one from a line for the user and the cause.</summary>
    public TransportException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>Settings of a socket; defaults and reasons are in <c>cjp2p.reference.conf</c> under <c>cjp2p.socket</c>.</summary>
/// <param name="ReceiveBufferBytes">SO_RCVBUF asked for; the kernel may grant less (net.core.rmem_max).</param>
/// <param name="SendBufferBytes">SO_SNDBUF asked for.</param>
/// <param name="BatchDatagrams">How many datagrams one system call receives or sends at the most.</param>
/// <param name="ForceManaged">Use the managed sockets of .NET even where recvmmsg is available.</param>
public sealed record TransportSettings(
    int ReceiveBufferBytes = 4 * 1024 * 1024,
    int SendBufferBytes = 4 * 1024 * 1024,
    int BatchDatagrams = 64,
    bool ForceManaged = false);
