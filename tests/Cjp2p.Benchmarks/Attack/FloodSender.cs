using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Cjp2p.Benchmarks.Attack;

/// <summary>
/// Sends datagrams with forged loopback sources at a rate, on a thread of its own, through a raw socket (which needs root or
/// CAP_NET_RAW). Never to an address beyond loopback.
/// </summary>
internal sealed class FloodSender : IDisposable
{
    private const int IpBytes = 20;
    private const int UdpBytes = 8;
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
        var to = _victim.Serialize();
        var packet = new byte[IpBytes + UdpBytes + 128];
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / Slices));
        var began = TimeProvider.System.GetTimestamp();
        while (!_isEnded)
        {
            var due = (long)(TimeProvider.System.GetElapsedTime(began).TotalSeconds * _perSecond);
            // What it could not send in time it does not send later.
            if (due - _sent > _perSecond / Slices * 4)
                began = TimeProvider.System.GetTimestamp() - (long)((double)_sent / _perSecond * TimeProvider.System.TimestampFrequency);
            for (; _sent < due; Interlocked.Increment(ref _sent))
                _socket.SendTo(packet.AsSpan(0, Write(packet)), SocketFlags.None, to);
            timer.WaitForNextTickAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private int Write(byte[] packet)
    {
        var payload = packet.AsSpan(IpBytes + UdpBytes);
        var question = """[{"PleaseAlwaysReturnThisMessage":{"cookie":"0badc0de"}},{"PleaseSendPeers":{}}]"""u8;
        var length = _kind == FloodKind.Garbage ? 64 : question.Length;
        if (_kind == FloodKind.Garbage)
            _random.NextBytes(payload[..length]);
        else
            question.CopyTo(payload);
        packet.AsSpan(0, IpBytes + UdpBytes).Clear();
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)(IpBytes + UdpBytes + length));
        packet[8] = 64;
        packet[9] = 17;
        var source = _kind == FloodKind.HotSource ? 0x7F404040u : 0x7F000000u | (uint)_random.Next(0x400000, 0xFFFFFF);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), source);
        _victim.Address.TryWriteBytes(packet.AsSpan(16), out _);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(IpBytes), (ushort)(_kind == FloodKind.HotSource ? 4040 : _random.Next(1024, 65_536)));
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(IpBytes + 2), (ushort)_victim.Port);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(IpBytes + 4), (ushort)(UdpBytes + length));
        return IpBytes + UdpBytes + length;
    }
}
