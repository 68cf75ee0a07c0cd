using System.Net;
using System.Net.Sockets;
using Cjp2p.Actors.Simulation.Foreign;

namespace Cjp2p.TestPeers;

/// <summary>A real socket for a foreign peer. Nothing is ever sent to an address outside of loopback.</summary>
internal sealed class SocketWire : IForeignWire
{
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    private SocketWire(ForeignModelOptions options)
    {
        if (!IPAddress.IsLoopback(options.Address)) throw new ArgumentException("Only loopback.", nameof(options));
        _socket = new Socket(options.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp)
        {
            ReceiveBufferSize = 4 << 20,
            SendBufferSize = 4 << 20,
        };
        _socket.Bind(new IPEndPoint(options.Address, options.Port));
        Address = (IPEndPoint)_socket.LocalEndPoint!;
    }

    public IPEndPoint Address { get; }

    public static IForeignWire Open(ForeignModelOptions options) => new SocketWire(options);

    public void Start(Action<ReadOnlyMemory<byte>, IPEndPoint> receive) => _loop = ReceiveLoopAsync(receive);

    public bool TrySend(byte[] datagram, IPEndPoint to)
    {
        if (!IPAddress.IsLoopback(to.Address)) return false;
        try
        {
            _socket.SendTo(datagram, to);
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task ReceiveLoopAsync(Action<ReadOnlyMemory<byte>, IPEndPoint> receive)
    {
        byte[] buffer = new byte[65536];
        EndPoint any = new IPEndPoint(IPAddress.Any, 0);
        var from = new SocketAddress(Address.AddressFamily);
        while (!_stop.IsCancellationRequested)
        {
            int length;
            try
            {
                length = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, from, _stop.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                continue;
            }

            receive(buffer.AsMemory(0, length), (IPEndPoint)any.Create(from));
        }
    }
}
