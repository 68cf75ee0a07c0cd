using System.Net;
using System.Net.Sockets;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Host.Wire;

/// <summary>
/// A UDP socket that speaks with one peer only (the kernel drops what others send): for the commands that ask one
/// question, where a node would take longer to start than the answer takes to come.
/// </summary>
internal sealed class WireClient : IDisposable
{
    /// <summary>Longest datagram there is.</summary>
    public const int DatagramBytesMax = 65507;

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[DatagramBytesMax + 1];

    private WireClient(Socket socket) => _socket = socket;

    /// <summary>Opens a socket toward <paramref name="peer"/>; it has a loopback address when the peer has one.</summary>
    /// <exception cref="UserException">It cannot be reached from here.</exception>
    public static WireClient Open(in PeerAddress peer)
    {
        var socket = new Socket(
            peer.IsIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (peer.IsLoopback)
                socket.Bind(new IPEndPoint(peer.IsIPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, 0));
            socket.Connect(peer.ToEndPoint());
            return new WireClient(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw UserException.Failed($"{peer} cannot be reached: {FileProblems.Describe(e)}", e);
        }
    }

    /// <summary>Sends one datagram.</summary>
    /// <exception cref="UserException">The system refuses to.</exception>
    public void Send(ReadOnlySpan<byte> datagram)
    {
        try
        {
            _socket.Send(datagram);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // That was about the datagram before this one; this one goes out at the second try.
            _socket.Send(datagram);
        }
        catch (SocketException e)
        {
            throw UserException.Failed($"the datagram cannot be sent: {FileProblems.Describe(e)}", e);
        }
    }

    /// <summary>The next datagram of the peer, or why none came.</summary>
    /// <param name="deadline">Cancelled when it is too late.</param>
    public async Task<Reply> ReceiveAsync(CancellationToken deadline)
    {
        try
        {
            var bytes = await _socket.ReceiveAsync(_buffer, SocketFlags.None, deadline).ConfigureAwait(false);
            return new Reply(ReplyKind.Datagram, _buffer.AsMemory(0, bytes));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return new Reply(ReplyKind.Refused, default);
        }
        catch (OperationCanceledException)
        {
            return new Reply(ReplyKind.None, default);
        }
    }

    public void Dispose() => _socket.Dispose();
}

/// <summary>What came.</summary>
/// <param name="Kind">Whether something came.</param>
/// <param name="Datagram">Valid until the next is received.</param>
internal readonly record struct Reply(ReplyKind Kind, ReadOnlyMemory<byte> Datagram);

/// <summary>Whether something came.</summary>
internal enum ReplyKind
{
    /// <summary>A datagram.</summary>
    Datagram,

    /// <summary>The machine of the peer says that nothing listens at that port.</summary>
    Refused,

    /// <summary>Nothing, in time.</summary>
    None,
}
