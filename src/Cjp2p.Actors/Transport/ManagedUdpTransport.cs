using System.Net;
using System.Net.Sockets;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// UDP with the sockets of .NET only, one system call for each datagram: for systems without recvmmsg, and to compare
/// with. It does not allocate for a datagram either.
/// </summary>
internal sealed class ManagedUdpTransport : UdpTransport
{
    /// <summary>SIO_UDP_CONNRESET of Windows: whether "port unreachable" from a peer makes the next receive fail.</summary>
    private const int UdpConnectionResetControl = unchecked((int)0x9800000C);

    /// <summary>How long a send may wait for room in the send buffer before the rest of its batch is dropped.</summary>
    private const int SendTimeoutMs = 5;

    private readonly int _receiveRoomBytes;

    public ManagedUdpTransport(
        in PeerAddress listen, TransportSettings settings, int receiveRoomBytes = ReceiveRoomBytes)
        : base(listen, settings)
    {
        _receiveRoomBytes = receiveRoomBytes;
        try
        {
            AskForBuffer(SocketOptionName.ReceiveBuffer, settings.ReceiveBufferBytes);
            AskForBuffer(SocketOptionName.SendBuffer, settings.SendBufferBytes);
            Socket.SendTimeout = SendTimeoutMs;
            if (OperatingSystem.IsWindows())
            {
                Socket.IOControl(UdpConnectionResetControl, [0, 0, 0, 0], null);
            }
        }
        catch (SocketException error)
        {
            Close();
            throw new TransportException(UdpSocket.Describe(error, listen), error);
        }
    }

    protected override string? Receive(IDatagramSink sink)
    {
        var source = new SocketAddress(SocketAddressBytes.Family(IsIPv6));
        byte[] buffer = GC.AllocateUninitializedArray<byte>(_receiveRoomBytes, pinned: true);
        while (!IsEnded)
        {
            int bytes;
            try
            {
                source.Size = SocketAddress.GetMaximumAddressSize(source.Family);
                bytes = Socket.ReceiveFrom(buffer.AsSpan(), SocketFlags.None, source);
            }
            catch (SocketException error)
            {
                if (IsEnded)
                {
                    return null;
                }

                switch (error.SocketErrorCode)
                {
                    case SocketError.MessageSize:
                        Counters.AddTruncated();
                        continue;

                    case SocketError.ConnectionRefused:
                    case SocketError.ConnectionReset:
                    case SocketError.NetworkReset:
                    case SocketError.NetworkUnreachable:
                    case SocketError.HostUnreachable:
                    case SocketError.HostDown:
                    case SocketError.ProtocolOption:
                        Counters.AddIcmpError();
                        continue;

                    case SocketError.Interrupted:
                    case SocketError.WouldBlock:
                    case SocketError.TimedOut:
                        continue;

                    default:
                        return $"receiving on {LocalAddress} failed: {UdpSocket.OneLine(error.Message)}";
                }
            }
            catch (ObjectDisposedException)
            {
                return null;
            }

            if (IsEnded)
            {
                return null;
            }

            if (!SocketAddressBytes.TryRead(source.Buffer.Span[..source.Size], IsIPv6, out PeerAddress from))
            {
                return $"the socket at {LocalAddress} was shut down";
            }

            if (bytes == buffer.Length)
            {
                // Some systems cut a longer datagram without a word, so a full buffer counts as one that was cut.
                Counters.AddTruncated();
            }
            else
            {
                Counters.AddIn(1, bytes);
                sink.OnDatagram(from, buffer.AsSpan(0, bytes));
                if (!IsEnded)
                {
                    // Each datagram is a batch: to ask whether another one waits would be one more system call, which
                    // costs as much as receiving it (measured: 2 us) and more than any work that a longer batch saves.
                    sink.OnBatchEnd();
                }
            }
        }

        return null;
    }

    /// <summary>
    /// Sends an empty datagram to itself. Closing the socket wakes a receiver on Linux and Windows but not on macOS,
    /// where it would wait for the receiver instead.
    /// </summary>
    protected override void WakeReceiver()
    {
        IPAddress own = Socket.LocalEndPoint is IPEndPoint { Address: var bound } ? bound : IPAddress.None;
        if (LocalAddress.IsUnspecified)
        {
            own = IsIPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        }

        try
        {
            Socket.SendTo([], SocketFlags.None, new IPEndPoint(own, LocalAddress.Port));
        }
        catch (SocketException)
        {
            // The address is not ours any more, or the buffer is full of other datagrams to wake up for.
        }
        catch (ObjectDisposedException)
        {
            // Failed at the same moment; there is no receiver to wake.
        }
    }

    protected override SendBatch CreateSendBatch() => new ManagedSendBatch(this, BatchDatagrams);

    /// <summary>Linux grants what it allows; other systems refuse more than they allow, so ask for half, and so on.</summary>
    private void AskForBuffer(SocketOptionName option, int bytes)
    {
        const int WorthAskingBytes = 64 * 1024;
        while (true)
        {
            try
            {
                Socket.SetSocketOption(SocketOptionLevel.Socket, option, bytes);
                return;
            }
            catch (SocketException) when (bytes / 2 >= WorthAskingBytes)
            {
                bytes /= 2;
            }
        }
    }
}
