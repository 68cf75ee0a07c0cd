using System.Net.Sockets;
using System.Runtime.InteropServices;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport.Linux;

/// <summary>A batch that is sent with sendmmsg.</summary>
internal sealed unsafe class LinuxSendBatch : SendBatch
{
    /// <summary>How often, and each time how long, a batch waits for room in the send buffer: 5 ms at the most.</summary>
    private const int WaitsMax = 5;

    private const int WaitMs = 1;

    private readonly LinuxUdpTransport _transport;
    private readonly SafeSocketHandle _handle;
    private readonly MessageTable _table;

    public LinuxSendBatch(LinuxUdpTransport transport, int datagramsMax) : base(transport, datagramsMax)
    {
        _transport = transport;
        _handle = transport.Socket.SafeHandle;
        _table = new MessageTable(datagramsMax, transport.IsIPv6);
    }

    public override void Free()
    {
        base.Free();
        _table.Dispose();
    }

    protected override void Store(int index, byte* datagram, int bytes, in PeerAddress to)
    {
        _table.SetBuffer(index, datagram, bytes);
        SocketAddressBytes.Write(_table.Address(index), to);
    }

    protected override void Send(ReadOnlySpan<int> datagramBytes, TransportCounters counters)
    {
        bool isHeld = false;
        try
        {
            // While it is held the descriptor is not closed, so its number cannot become somebody else's.
            _handle.DangerousAddRef(ref isHeld);
            var calls = new Calls(_transport, (int)_handle.DangerousGetHandle(), _table.Messages);
            SendLoop.Run(ref calls, datagramBytes, counters);
        }
        catch (ObjectDisposedException)
        {
            foreach (int _ in datagramBytes)
            {
                counters.AddSendFailure();
            }
        }
        finally
        {
            if (isHeld)
            {
                _handle.DangerousRelease();
            }
        }
    }

    private readonly struct Calls(LinuxUdpTransport transport, int socket, MultiMessageHeader* messages) : ISendCalls
    {
        public int Send(int first, int count, out SendProblem problem)
        {
            problem = SendProblem.None;
            while (true)
            {
                int sent = LibC.sendmmsg(socket, messages + first, (uint)count, LibC.MSG_DONTWAIT);
                if (sent > 0)
                {
                    return sent;
                }

                int errno = Marshal.GetLastPInvokeError();
                if (errno != LibC.EINTR)
                {
                    problem = SocketErrors.OfSend(errno);
                    if (problem is SendProblem.EarlierDatagram)
                    {
                        transport.OnIcmpError(socket);
                    }
                    else if (problem is SendProblem.Refused)
                    {
                        LibC.ForgetErrors(socket);
                    }

                    return 0;
                }
            }
        }

        public bool WaitForRoom(int waits)
        {
            if (waits >= WaitsMax)
            {
                return false;
            }

            var descriptor = new PollDescriptor { Descriptor = socket, Events = LibC.POLLOUT };
            LibC.poll(&descriptor, 1, WaitMs);
            return true;
        }
    }
}
