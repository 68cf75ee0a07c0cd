using System.Net;
using System.Net.Sockets;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>A batch that is sent with one call of the socket for each datagram.</summary>
internal sealed unsafe class ManagedSendBatch : SendBatch
{
    private readonly Socket _socket;
    private readonly nint[] _starts;
    private readonly int[] _lengths;
    private readonly PeerAddress[] _targets;
    private readonly SocketAddress _target;

    public ManagedSendBatch(UdpTransport transport, int datagramsMax) : base(transport, datagramsMax)
    {
        _socket = transport.Socket;
        _starts = new nint[datagramsMax];
        _lengths = new int[datagramsMax];
        _targets = new PeerAddress[datagramsMax];
        _target = new SocketAddress(SocketAddressBytes.Family(transport.IsIPv6));
    }

    protected override void Store(int index, byte* datagram, int bytes, in PeerAddress to)
    {
        _starts[index] = (nint)datagram;
        _lengths[index] = bytes;
        _targets[index] = to;
    }

    protected override void Send(ReadOnlySpan<int> datagramBytes, TransportCounters counters)
    {
        var calls = new Calls(this);
        SendLoop.Run(ref calls, datagramBytes, counters);
    }

    private SendProblem SendOne(int index)
    {
        SocketAddressBytes.Write(_target.Buffer.Span, _targets[index]);
        var datagram = new ReadOnlySpan<byte>((void*)_starts[index], _lengths[index]);
        try
        {
            _socket.SendTo(datagram, SocketFlags.None, _target);
            return SendProblem.None;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode switch
            {
                SocketError.WouldBlock or SocketError.TimedOut => SendProblem.Full,
                SocketError.NoBufferSpaceAvailable => SendProblem.NoMemory,
                SocketError.ConnectionRefused or SocketError.ConnectionReset => SendProblem.EarlierDatagram,
                _ => SendProblem.Refused,
            };
        }
        catch (ObjectDisposedException)
        {
            return SendProblem.Refused;
        }
    }

    private readonly struct Calls(ManagedSendBatch batch) : ISendCalls
    {
        public int Send(int first, int count, out SendProblem problem)
        {
            problem = batch.SendOne(first);
            return problem == SendProblem.None ? 1 : 0;
        }

        /// <summary>The socket has waited already, for its send timeout.</summary>
        public bool WaitForRoom(int waits) => false;
    }
}
