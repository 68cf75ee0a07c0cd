using System.Net;
using System.Net.Sockets;

namespace Cjp2p.TestPeers;

/// <summary>
/// Passes datagrams between clients and one upstream address, badly on purpose. Every client address gets a socket of its
/// own toward upstream, so that upstream can tell them apart. Which datagram suffers depends on the seed and on the
/// order of arrival only.
/// </summary>
public sealed class LossyRelay : IAsyncDisposable
{
    /// <summary>Datagrams of further clients are not passed on.</summary>
    public const int ClientsMax = 256;

    private const int SocketBufferBytes = 4 << 20;

    private readonly Lock _gate = new();
    private readonly Socket _front;
    private readonly IPEndPoint _upstream;
    private readonly RelayLane _toUpstream;
    private readonly RelayLane _toClient;
    private readonly Dictionary<SocketAddress, Socket> _clients = [];
    private readonly List<Task> _loops = [];
    private readonly CancellationTokenSource _stop = new();

    public LossyRelay(IPEndPoint upstream, int seed = 1, IPEndPoint? bind = null, TimeProvider? time = null)
    {
        if (!IPAddress.IsLoopback(upstream.Address)) throw new ArgumentException("Only loopback.", nameof(upstream));
        bind ??= new IPEndPoint(IPAddress.Loopback, 0);
        if (!IPAddress.IsLoopback(bind.Address)) throw new ArgumentException("Only loopback.", nameof(bind));
        _upstream = upstream;
        _toUpstream = new RelayLane(seed, time ?? TimeProvider.System);
        _toClient = new RelayLane(seed + 1, time ?? TimeProvider.System);
        _front = NewSocket(bind);
        Address = (IPEndPoint)_front.LocalEndPoint!;
        _loops.Add(FrontLoopAsync());
    }

    /// <summary>Where clients send to.</summary>
    public IPEndPoint Address { get; }

    /// <summary>What happens from clients to upstream; may be changed at any time.</summary>
    public LossyRelayOptions ToUpstream
    {
        get => _toUpstream.Options;
        set => _toUpstream.Options = value;
    }

    /// <summary>What happens from upstream to clients; may be changed at any time.</summary>
    public LossyRelayOptions ToClient
    {
        get => _toClient.Options;
        set => _toClient.Options = value;
    }

    public RelayCounters UpstreamCounters => _toUpstream.Counters;

    public RelayCounters ClientCounters => _toClient.Counters;

    /// <summary>Client addresses seen so far.</summary>
    public int Clients
    {
        get { lock (_gate) return _clients.Count; }
    }

    /// <summary>The same for both directions.</summary>
    public void SetBoth(LossyRelayOptions options)
    {
        ToUpstream = options;
        ToClient = options;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _toUpstream.DisposeAsync().ConfigureAwait(false);
        await _toClient.DisposeAsync().ConfigureAwait(false);
        Task[] loops;
        lock (_gate)
        {
            _front.Dispose();
            foreach (Socket socket in _clients.Values) socket.Dispose();
            loops = [.. _loops];
        }

        await Task.WhenAll(loops).ConfigureAwait(false);
        _stop.Dispose();
    }

    private static Socket NewSocket(IPEndPoint bind)
    {
        var socket = new Socket(bind.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveBufferSize = SocketBufferBytes,
            SendBufferSize = SocketBufferBytes,
        };
        socket.Bind(bind);
        return socket;
    }

    private async Task FrontLoopAsync()
    {
        byte[] buffer = new byte[65536];
        var from = new SocketAddress(_front.AddressFamily);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                int length = await _front.ReceiveFromAsync(buffer, SocketFlags.None, from, _stop.Token).ConfigureAwait(false);
                if (BackFor(from) is { } back) _toUpstream.Offer(buffer.AsSpan(0, length), back, null);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // A client that is gone; the next datagram may be fine.
            }
        }
    }

    private async Task BackLoopAsync(Socket back, SocketAddress client)
    {
        byte[] buffer = new byte[65536];
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                int length = await back.ReceiveAsync(buffer, SocketFlags.None, _stop.Token).ConfigureAwait(false);
                _toClient.Offer(buffer.AsSpan(0, length), _front, client);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // Upstream is not there; it may come back.
            }
        }
    }

    private Socket? BackFor(SocketAddress client)
    {
        lock (_gate)
        {
            if (_clients.TryGetValue(client, out Socket? known)) return known;
            if (_clients.Count == ClientsMax || _stop.IsCancellationRequested) return null;
            var copy = new SocketAddress(client.Family, client.Size);
            client.Buffer.Span[..client.Size].CopyTo(copy.Buffer.Span);
            bool four = _upstream.AddressFamily == AddressFamily.InterNetwork;
            Socket back = NewSocket(new IPEndPoint(four ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0));
            back.Connect(_upstream);
            _clients.Add(copy, back);
            _loops.Add(BackLoopAsync(back, copy));
            return back;
        }
    }
}
