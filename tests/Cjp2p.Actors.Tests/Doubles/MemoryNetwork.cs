using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Doubles;

/// <summary>One datagram that was sent in a <see cref="MemoryNetwork"/>.</summary>
internal sealed record SentDatagram(PeerAddress From, PeerAddress To, byte[] Bytes, TimeSpan At)
{
    public IReadOnlyList<WireMessage> Messages => Datagram.Read(Bytes);

    public string Text => System.Text.Encoding.UTF8.GetString(Bytes);
}

/// <summary>
/// A network in memory: keeps all that is sent, and delivers it in order after <see cref="Latency"/> of the time of its
/// scheduler, unless a test says otherwise.
/// </summary>
internal sealed class MemoryNetwork(ManualScheduler time) : ITransportFactory
{
    private readonly Dictionary<PeerAddress, MemoryTransport> _bound = [];
    private readonly Dictionary<PeerAddress, Action<PeerAddress, byte[]>> _peers = [];
    private readonly List<SentDatagram> _sent = [];
    private ushort _nextPort = 40_000;

    public ManualScheduler Time => time;

    /// <summary>From sending to arrival.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Says of a datagram how often it arrives: 0 it is lost, 2 it is doubled.</summary>
    public Func<SentDatagram, int> Copies { get; set; } = _ => 1;

    /// <summary>Says how much longer a datagram takes than others.</summary>
    public Func<SentDatagram, TimeSpan> Delay { get; set; } = _ => TimeSpan.Zero;

    /// <summary>Makes opening fail; the answer is the reason, null lets it succeed.</summary>
    public Func<PeerAddress, Exception?> Refuses { get; set; } = _ => null;

    /// <summary>What the transports say of their receive buffer.</summary>
    public int ReceiveBufferBytes { get; set; } = int.MaxValue;

    /// <summary>All that was sent, in order.</summary>
    public IReadOnlyList<SentDatagram> Sent => _sent;

    /// <summary>Transports opened so far, closed ones included.</summary>
    public List<MemoryTransport> Opened { get; } = [];

    /// <summary>Transports that are open.</summary>
    public IEnumerable<MemoryTransport> Open => _bound.Values;

    ITransport ITransportFactory.Open(in PeerAddress listen, TransportSettings settings) => Bind(listen);

    public MemoryTransport Bind(PeerAddress listen)
    {
        if (Refuses(listen) is { } refusal)
            throw refusal;
        var address = listen.Port == 0 ? listen.WithPort(_nextPort++) : listen;
        if (_bound.ContainsKey(address))
            throw new TransportException($"{address} is in use");
        var transport = new MemoryTransport(this, address) { ReceiveBufferBytes = ReceiveBufferBytes };
        _bound.Add(address, transport);
        Opened.Add(transport);
        return transport;
    }

    /// <summary>Puts a scripted peer at an address: <paramref name="onDatagram"/> is called with source and bytes.</summary>
    public void Attach(PeerAddress address, Action<PeerAddress, byte[]> onDatagram) => _peers[address] = onDatagram;

    /// <summary>Nobody is at that address any more.</summary>
    public void Detach(PeerAddress address) => _peers.Remove(address);

    /// <summary>What was sent to an address, in order.</summary>
    public IEnumerable<SentDatagram> SentTo(PeerAddress address) => _sent.Where(sent => sent.To == address);

    /// <summary>Forgets what was sent.</summary>
    public void Clear() => _sent.Clear();

    public void Send(PeerAddress from, PeerAddress to, ReadOnlySpan<byte> bytes)
    {
        var datagram = new SentDatagram(from, to, bytes.ToArray(), time.MonotonicClock);
        _sent.Add(datagram);
        for (var copies = Copies(datagram); copies > 0; copies--)
            time.After(Latency + Delay(datagram), () => Arrive(datagram));
    }

    public void Send(PeerAddress from, PeerAddress to, params WireMessage[] messages) =>
        Send(from, to, Datagram.Of(messages));

    internal void Unbind(MemoryTransport transport)
    {
        if (_bound.GetValueOrDefault(transport.LocalAddress) == transport)
            _bound.Remove(transport.LocalAddress);
    }

    private void Arrive(SentDatagram datagram)
    {
        if (_bound.TryGetValue(datagram.To, out var transport))
            transport.Arrive(datagram.From, datagram.Bytes);
        else if (_peers.TryGetValue(datagram.To, out var peer))
            peer(datagram.From, datagram.Bytes);
    }
}
