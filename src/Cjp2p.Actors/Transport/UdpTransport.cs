using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// What the UDP transports have in common: one bound socket, one thread that receives, a pool of send batches, and an
/// end that comes once, by <see cref="Dispose"/> or by a failure.
/// </summary>
internal abstract class UdpTransport : ITransport
{
    /// <summary>
    /// Room for one received datagram. The longest that UDP can carry is 65,507 bytes (65,527 with IPv6), so that
    /// truncation needs a jumbogram.
    /// </summary>
    public const int ReceiveRoomBytes = 64 * 1024;

    /// <summary>Most datagrams that Linux takes or gives in one system call (UIO_MAXIOV).</summary>
    private const int BatchDatagramsMax = 1024;

    private readonly Lock _gate = new();
    private Thread? _receiver;
    private int _isEnded;

    protected UdpTransport(in PeerAddress listen, TransportSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.BatchDatagrams, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(settings.BatchDatagrams, BatchDatagramsMax);
        BatchDatagrams = settings.BatchDatagrams;
        Socket = UdpSocket.Open(listen);
        if (!listen.IsIPv6 && !listen.IsLoopback)
            Socket.EnableBroadcast = true;
        LocalAddress = PeerAddress.FromEndPoint((IPEndPoint)Socket.LocalEndPoint!);
        IsIPv6 = listen.IsIPv6;
        Batches = new SendBatchPool(CreateSendBatch);
    }

    /// <inheritdoc/>
    public PeerAddress LocalAddress { get; }

    /// <inheritdoc/>
    public TransportCounters Counters { get; } = new();

    /// <inheritdoc/>
    public int ReceiveBufferBytes => OperatingSystem.IsLinux() ? Socket.ReceiveBufferSize / 2 : Socket.ReceiveBufferSize;

    /// <summary>The family of the socket; it can send to addresses of this family only.</summary>
    public bool IsIPv6 { get; }

    /// <summary>The socket, for tests that want to do something to it.</summary>
    public Socket Socket { get; }

    /// <summary>Its batches, for the batches themselves and for tests.</summary>
    public SendBatchPool Batches { get; }

    /// <summary>It failed or was disposed: nothing is sent any more, nothing is passed on any more.</summary>
    public bool IsEnded => Volatile.Read(ref _isEnded) != 0;

    /// <summary>
    /// How long <see cref="Dispose"/> waits for the receiver, once or twice: it is woken at once, so this is reached only
    /// when a sink does not return. Such a thread ends by itself when it does.
    /// </summary>
    public TimeSpan EndTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The receiver did not end soon after it was woken: its sink was busy, or waking does not work here.</summary>
    public bool DidReceiverHang { get; private set; }

    /// <summary>How many datagrams go into one system call.</summary>
    protected int BatchDatagrams { get; }

    /// <inheritdoc/>
    public void Start(IDatagramSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(IsEnded, this);
            if (_receiver is not null)
            {
                throw new InvalidOperationException($"the transport at {LocalAddress} was started before");
            }

            _receiver = new Thread(() => RunReceiver(sink)) { IsBackground = true, Name = $"udp {LocalAddress}" };
            _receiver.Start();
        }
    }

    /// <inheritdoc/>
    public bool IsOwnHost(in PeerAddress address)
    {
        if (!LocalAddress.IsUnspecified)
            return LocalAddress.WithPort(0) == address.WithPort(0);
        var host = address.ToEndPoint().Address;
        return Interfaces().Any(one => one.Address.Equals(host));
    }

    /// <inheritdoc/>
    public IReadOnlyList<PeerAddress> BroadcastAddresses(ushort port)
    {
        if (IsIPv6 || LocalAddress.IsLoopback)
            return [];
        var local = LocalAddress;
        return
        [
            .. Interfaces().Where(one => one.Address.AddressFamily == AddressFamily.InterNetwork && one.PrefixLength is > 0 and < 31
                    && !IPAddress.IsLoopback(one.Address))
                .Select(one => (Address: PeerAddress.FromEndPoint(new IPEndPoint(one.Address, port)), one.PrefixLength))
                .Where(one => local.IsUnspecified || one.Address.WithPort(0) == local.WithPort(0))
                .Select(one => PeerAddress.FromIPv4(one.Address.IPv4HostOrder | uint.MaxValue >> one.PrefixLength, port)).Distinct(),
        ];
    }

    private static IEnumerable<UnicastIPAddressInformation> Interfaces()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces().Where(one => one.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
                    .SelectMany(one => one.GetIPProperties().UnicastAddresses),
            ];
        }
        catch (NetworkInformationException)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public ISendBatch RentSendBatch() => Batches.Rent();

    /// <summary>
    /// Ends the receiver and closes the socket. When it returns the sink is not called any more (unless it is the sink
    /// that called, or a sink that did not return in time) and the port is free.
    /// </summary>
    public void Dispose()
    {
        Thread? receiver;
        bool endsNow;
        lock (_gate)
        {
            receiver = _receiver;
            endsNow = TryEnd();
        }

        if (receiver is not null && receiver != Thread.CurrentThread)
        {
            if (endsNow)
            {
                WakeReceiver();
            }

            if (!receiver.Join(EndTimeout))
            {
                // Closing wakes a waiting system call too, on most systems.
                DidReceiverHang = true;
                Close();
                receiver.Join(EndTimeout);
            }
        }

        Close();
    }

    /// <summary>
    /// Receives and calls the sink until <see cref="IsEnded"/>, and then returns null; returns a reason in one line
    /// when the socket is of no more use.
    /// </summary>
    protected abstract string? Receive(IDatagramSink sink);

    /// <summary>Makes a receiver that waits for a datagram look at <see cref="IsEnded"/>. Does not throw.</summary>
    protected abstract void WakeReceiver();

    /// <summary>Makes a batch for the pool.</summary>
    protected abstract SendBatch CreateSendBatch();

    /// <summary>Closes the socket and frees the batches. Any number of times, by anybody.</summary>
    protected void Close()
    {
        // The handle of a socket is released when its last system call, of a sender, has returned.
        Socket.Dispose();
        Batches.Close();
    }

    private bool TryEnd() => Interlocked.Exchange(ref _isEnded, 1) == 0;

    private void RunReceiver(IDatagramSink sink)
    {
        string? reason;
        try
        {
            reason = Receive(sink);
        }
        catch (Exception error)
        {
            // A sink that throws breaks its contract. The node loses a socket, which is opened again, and not its process.
            reason = $"the receiver of {LocalAddress} failed: {UdpSocket.OneLine(error.ToString())}";
        }

        if (reason is not null && TryEnd())
        {
            // Closed before anybody hears of it, so that the port is free when the owner opens it again.
            Close();
            sink.OnTransportFailed(reason);
        }
    }
}
