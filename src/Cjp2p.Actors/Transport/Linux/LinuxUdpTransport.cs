using System.Net.Sockets;
using System.Runtime.InteropServices;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport.Linux;

/// <summary>
/// UDP with recvmmsg and sendmmsg: many datagrams in one system call, in native memory, without an allocation for a
/// datagram. One thread receives; any thread sends.
/// </summary>
internal sealed unsafe class LinuxUdpTransport : UdpTransport
{
    private static readonly Lazy<bool> Supported = new(Probe);

    private readonly SafeSocketHandle _handle;
    private readonly int _receiveRoomBytes;
    private readonly IcmpInterest _icmp = new();

    public LinuxUdpTransport(
        in PeerAddress listen, TransportSettings settings, int receiveRoomBytes = ReceiveRoomBytes)
        : base(listen, settings)
    {
        _receiveRoomBytes = receiveRoomBytes;
        _handle = Socket.SafeHandle;
        SetBufferBytes(LibC.SO_RCVBUFFORCE, LibC.SO_RCVBUF, settings.ReceiveBufferBytes);
        SetBufferBytes(LibC.SO_SNDBUFFORCE, LibC.SO_SNDBUF, settings.SendBufferBytes);
        ReportIcmp((int)_handle.DangerousGetHandle(), isWanted: true);
    }

    /// <summary>This is a Linux, on a processor whose structures we know, and its kernel has the calls.</summary>
    public static bool IsSupported => Supported.Value;

    protected override string? Receive(IDatagramSink sink)
    {
        // Room for 64 of the longest datagrams is 4 MiB of addresses, but of memory only what was received into.
        using var buffer = new NativeBuffer(BatchDatagrams * _receiveRoomBytes);
        using var table = new MessageTable(BatchDatagrams, IsIPv6);
        for (int i = 0; i < table.Count; i++)
        {
            table.SetBuffer(i, buffer.Start + (i * _receiveRoomBytes), _receiveRoomBytes);
        }

        while (!IsEnded)
        {
            int received = ReceiveSome(table, out int errno);
            if (received > 0)
            {
                if (!PassOn(table, buffer.Start, received, sink))
                {
                    return $"the socket at {LocalAddress} was shut down";
                }
            }
            else if (SocketErrors.IsFromIcmp(errno))
            {
                Counters.AddIcmpError();
                WithSocket(OnIcmpError);
            }
            else if (!SocketErrors.IsNothing(errno))
            {
                return $"receiving on {LocalAddress} failed: {SocketErrors.Describe(errno)}";
            }
        }

        return null;
    }

    /// <summary>A shut down socket returns from a blocked receive, and from each later one, with nothing.</summary>
    protected override void WakeReceiver()
    {
        WithSocket(static socket => LibC.shutdown(socket, LibC.SHUT_RD));
    }

    protected override SendBatch CreateSendBatch() => new LinuxSendBatch(this, BatchDatagrams);

    /// <summary>Asks the kernel for something harmless, to see whether it knows the calls at all.</summary>
    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux()
            || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
        {
            return false;
        }

        try
        {
            const int NoSocket = -1;
            return LibC.recvmmsg(NoSocket, null, 0, 0, null) < 0 && Marshal.GetLastPInvokeError() == LibC.EBADF
                && LibC.sendmmsg(NoSocket, null, 0, 0) < 0 && Marshal.GetLastPInvokeError() == LibC.EBADF;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    /// <summary>
    /// The forcing option goes beyond net.core.rmem_max and needs CAP_NET_ADMIN; the plain one grants what is allowed.
    /// </summary>
    private void SetBufferBytes(int forceOption, int option, int bytes)
    {
        int socket = (int)_handle.DangerousGetHandle();
        if (LibC.setsockopt(socket, LibC.SOL_SOCKET, forceOption, &bytes, sizeof(int)) != 0)
        {
            _ = LibC.setsockopt(socket, LibC.SOL_SOCKET, option, &bytes, sizeof(int));
        }
    }

    /// <summary>
    /// A call failed because of somebody's ICMP message: what is queued of them is forgotten, and when there are too many no
    /// more are wanted. Under a handle that is held.
    /// </summary>
    internal void OnIcmpError(int socket)
    {
        if (_icmp.OnError())
        {
            ReportIcmp(socket, isWanted: false);
        }

        LibC.ForgetErrors(socket);
    }

    /// <summary>Linux tells an unconnected socket of ICMP messages only when it is asked to (ip(7), IP_RECVERR).</summary>
    private void ReportIcmp(int socket, bool isWanted)
    {
        int value = isWanted ? 1 : 0;
        _ = LibC.setsockopt(
            socket,
            IsIPv6 ? LibC.IPPROTO_IPV6 : LibC.IPPROTO_IP,
            IsIPv6 ? LibC.IPV6_RECVERR : LibC.IP_RECVERR,
            &value,
            sizeof(int));
    }

    private void WithSocket(Action<int> action)
    {
        bool isHeld = false;
        try
        {
            _handle.DangerousAddRef(ref isHeld);
            action((int)_handle.DangerousGetHandle());
        }
        catch (ObjectDisposedException)
        {
            // Nothing to do any more.
        }
        finally
        {
            if (isHeld)
            {
                _handle.DangerousRelease();
            }
        }
    }

    private int ReceiveSome(MessageTable table, out int errno)
    {
        bool isHeld = false;
        try
        {
            // Held for one call only: a sink may dispose the transport, and closing waits until nobody holds it.
            _handle.DangerousAddRef(ref isHeld);
            int received = LibC.recvmmsg(
                (int)_handle.DangerousGetHandle(), table.Messages, (uint)table.Count, LibC.MSG_WAITFORONE, null);
            errno = received < 0 ? Marshal.GetLastPInvokeError() : 0;
            return received;
        }
        catch (ObjectDisposedException)
        {
            errno = LibC.EBADF;
            return -1;
        }
        finally
        {
            if (isHeld)
            {
                _handle.DangerousRelease();
            }
        }
    }

    /// <summary>False when the last of the batch was the kernel's way to say that the socket was shut down.</summary>
    private bool PassOn(MessageTable table, byte* buffer, int received, IDatagramSink sink)
    {
        int count = Count(table, received);
        for (int i = 0; i < count && !IsEnded; i++)
        {
            ref MultiMessageHeader message = ref table.Messages[i];
            if ((message.Header.Flags & LibC.MSG_TRUNC) == 0
                && SocketAddressBytes.TryRead(table.ReceivedAddress(i), IsIPv6, out PeerAddress source))
            {
                sink.OnDatagram(
                    source, new ReadOnlySpan<byte>(buffer + (i * _receiveRoomBytes), (int)message.MessageBytes));
            }
        }

        if (count > 0 && !IsEnded)
        {
            sink.OnBatchEnd();
        }

        table.Reset(received);
        return count == received;
    }

    /// <summary>Counts a batch, before the sink sees it, and returns how many datagrams it really has.</summary>
    private int Count(MessageTable table, int received)
    {
        int whole = 0;
        long bytes = 0;
        for (int i = 0; i < received; i++)
        {
            ref MultiMessageHeader message = ref table.Messages[i];
            if (message.Header.NameBytes == 0)
            {
                // A datagram, even an empty one, comes from somewhere; nothing from nowhere means "shut down".
                received = i;
            }
            else if ((message.Header.Flags & LibC.MSG_TRUNC) != 0)
            {
                Counters.AddTruncated();
            }
            else
            {
                whole++;
                bytes += message.MessageBytes;
            }
        }

        if (whole > 0)
        {
            Counters.AddIn(whole, bytes);
            if (_icmp.OnDatagrams(whole))
            {
                WithSocket(socket => ReportIcmp(socket, isWanted: true));
            }
        }

        return received;
    }
}
