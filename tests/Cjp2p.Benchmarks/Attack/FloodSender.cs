using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;
using Cjp2p.Actors.Transport.Linux;

namespace Cjp2p.Benchmarks.Attack;

/// <summary>
/// Sends datagrams with forged loopback sources at a rate, on a thread of its own, through a raw socket (which needs root or
/// CAP_NET_RAW), many with one system call, so that it leaves the others as much of the machine as it can. Never to an
/// address beyond loopback.
/// </summary>
internal sealed unsafe class FloodSender : IDisposable
{
    private const int IpBytes = 20;
    private const int UdpBytes = 8;
    private const int PacketRoomBytes = 128;
    private const int Batch = 64;
    private const int Slices = 200;

    private readonly Socket _socket;
    private readonly Thread _thread;
    private readonly IPEndPoint _victim;
    private readonly FloodKind _kind;
    private readonly int _perSecond;
    private readonly Random _random = new(1);
    private volatile bool _isEnded;
    private long _sent;

    /// <summary>Begins to send.</summary>
    public FloodSender(FloodKind kind, int perSecond, IPEndPoint victim)
    {
        if (!IPAddress.IsLoopback(victim.Address))
            throw new ArgumentException("Only loopback.", nameof(victim));
        (_kind, _perSecond, _victim) = (kind, perSecond, victim);
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Raw);
        _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.HeaderIncluded, true);
        _thread = new Thread(Run) { IsBackground = true, Name = "flood" };
        _thread.Start();
    }

    /// <summary>Datagrams sent so far.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <inheritdoc/>
    public void Dispose()
    {
        _isEnded = true;
        _thread.Join();
        _socket.Dispose();
    }

    private void Run()
    {
        using var table = new MessageTable(Batch, ipv6: false);
        using var packets = new NativeBuffer(Batch * PacketRoomBytes);
        for (var i = 0; i < Batch; i++)
            SocketAddressBytes.Write(table.Address(i), PeerAddress.FromEndPoint(_victim));
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / Slices));
        var began = TimeProvider.System.GetTimestamp();
        while (!_isEnded)
        {
            var due = (long)(TimeProvider.System.GetElapsedTime(began).TotalSeconds * _perSecond);
            // What it could not send in time it does not send later.
            if (due - _sent > _perSecond / Slices * 4)
                began = TimeProvider.System.GetTimestamp() - (long)((double)_sent / _perSecond * TimeProvider.System.TimestampFrequency);
            while (_sent < due)
            {
                var count = (int)Math.Min(Batch, due - _sent);
                for (var i = 0; i < count; i++)
                {
                    var packet = packets.Start + i * PacketRoomBytes;
                    table.SetBuffer(i, packet, Write(new Span<byte>(packet, PacketRoomBytes)));
                }

                var sent = LibC.sendmmsg((int)_socket.Handle, table.Messages, (uint)count, 0);
                Interlocked.Add(ref _sent, Math.Max(sent, 1));
            }

            timer.WaitForNextTickAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private int Write(Span<byte> packet)
    {
        var payload = packet[(IpBytes + UdpBytes)..];
        var question = """[{"PleaseAlwaysReturnThisMessage":{"cookie":"0badc0de"}},{"PleaseSendPeers":{}}]"""u8;
        var length = _kind == FloodKind.Garbage ? 64 : question.Length;
        if (_kind == FloodKind.Garbage)
            _random.NextBytes(payload[..length]);
        else
            question.CopyTo(payload);
        packet[..(IpBytes + UdpBytes)].Clear();
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)(IpBytes + UdpBytes + length));
        packet[8] = 64;
        packet[9] = 17;
        var source = _kind == FloodKind.HotSource ? 0x7F404040u : 0x7F000000u | (uint)_random.Next(0x400000, 0xFFFFFF);
        BinaryPrimitives.WriteUInt32BigEndian(packet[12..], source);
        _victim.Address.TryWriteBytes(packet[16..], out _);
        BinaryPrimitives.WriteUInt16BigEndian(packet[IpBytes..], (ushort)(_kind == FloodKind.HotSource ? 4040 : _random.Next(1024, 65_536)));
        BinaryPrimitives.WriteUInt16BigEndian(packet[(IpBytes + 2)..], (ushort)_victim.Port);
        BinaryPrimitives.WriteUInt16BigEndian(packet[(IpBytes + 4)..], (ushort)(UdpBytes + length));
        return IpBytes + UdpBytes + length;
    }
}
