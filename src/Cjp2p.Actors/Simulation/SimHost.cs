using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Simulation;

/// <summary>A host of the simulated network: an address, a link, and the endpoints that are open on it.</summary>
public sealed class SimHost
{
    private readonly List<SimTransport> _open = [];
    private SimDatagramList _heldOut;
    private SimDatagramList _heldIn;
    private int _nextPort = SimTransportFactory.FirstEphemeralPort;

    internal SimHost(SimNetwork network, int number, PeerAddress address, AccessLink access, SimNat? nat)
    {
        Network = network;
        Number = number;
        Address = address;
        Nat = nat;
        Up = new LinkModel(access.Up, SimSeed.Derive(SimSeed.Derive(network.Seed, SimStreams.UpLinks), (ulong)number));
        Down = new LinkModel(access.Down, SimSeed.Derive(SimSeed.Derive(network.Seed, SimStreams.DownLinks), (ulong)number));
        Transports = new SimTransportFactory(this);
    }

    /// <summary>The network it is part of.</summary>
    public SimNetwork Network { get; }

    /// <summary>Its number in the network, from 0.</summary>
    public int Number { get; }

    /// <summary>Its own address (port 0): a private one when it is behind a NAT.</summary>
    public PeerAddress Address { get; }

    /// <summary>Its IPv6 address (port 0), if it was given one.</summary>
    public PeerAddress? AddressV6 { get; internal set; }

    /// <summary>The address that others see (port 0).</summary>
    public PeerAddress OutsideAddress => Nat?.Address ?? Address;

    /// <summary>The NAT it is behind, or null.</summary>
    public SimNat? Nat { get; }

    /// <summary>What it sends passes here; its settings may be changed at any time.</summary>
    public LinkModel Up { get; }

    /// <summary>What it receives passes here; its settings may be changed at any time.</summary>
    public LinkModel Down { get; }

    /// <summary>Opens endpoints on this host.</summary>
    public ITransportFactory Transports { get; }

    /// <summary>Another slice of the world plays it; here it is only a name and what faults say about it.</summary>
    internal bool IsElsewhere { get; set; }

    /// <summary>In a sliced world: the rolling hash of what was delivered to it.</summary>
    internal ulong Hash { get; set; }

    /// <summary>Datagrams it sent.</summary>
    public long Sent { get; internal set; }

    /// <summary>Payload bytes it sent.</summary>
    public long BytesSent { get; internal set; }

    /// <summary>Datagrams it received.</summary>
    public long Received { get; internal set; }

    /// <summary>Payload bytes it received.</summary>
    public long BytesReceived { get; internal set; }

    /// <summary>
    /// Payload bytes that wait at one of its endpoints at the most, while it is busy; what comes beyond is dropped and
    /// counted. Without <see cref="ProcessorTimePerDatagram"/> nothing ever waits.
    /// </summary>
    public int ReceiveBufferBytes { get; set; } = int.MaxValue;

    /// <summary>
    /// Time that its processor takes for each datagram that it receives; zero: none. It takes what waits in batches and is
    /// busy for as long as these cost.
    /// </summary>
    public TimeSpan ProcessorTimePerDatagram
    {
        get => new(ProcessorTicksPerDatagram);
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ProcessorTicksPerDatagram = value.Ticks;
        }
    }

    /// <summary>It is switched on. A host that is off sends and receives nothing, and nothing can be opened on it.</summary>
    public bool IsOn { get; private set; } = true;

    /// <summary>Nothing reaches it and it reaches nothing.</summary>
    public bool IsIsolated { get; internal set; }

    /// <summary>What it sends is held back until it is unclogged.</summary>
    public bool IsCloggedOut { get; private set; }

    /// <summary>What comes for it is held back until it is unclogged.</summary>
    public bool IsCloggedIn { get; private set; }

    /// <summary>
    /// When set, opening an endpoint fails with this line: the interface is down, the address is not there yet after a
    /// sleep.
    /// </summary>
    public string? OpeningFails { get; set; }

    /// <summary>A production node runs on it: what it does is held to our rules.</summary>
    internal bool IsNode { get; set; }

    internal long ProcessorTicksPerDatagram { get; private set; }

    /// <summary>Until when its processor has work.</summary>
    internal long BusyUntilTicks { get; set; }

    /// <summary>The endpoints that are open.</summary>
    internal IReadOnlyList<SimTransport> Open => _open;

    /// <summary>One bit for each one-way cut in force whose sending side it is on.</summary>
    internal ulong CutFrom { get; set; }

    /// <summary>One bit for each one-way cut in force whose receiving side it is on.</summary>
    internal ulong CutTo { get; set; }

    /// <summary>
    /// Sends a datagram by hand, with a source of one's own choice: what a hostile peer does. Nothing on the way checks it,
    /// but a NAT replaces it as it would any other.
    /// </summary>
    public void SendAs(in PeerAddress claimedSource, in PeerAddress to, ReadOnlySpan<byte> datagram) =>
        Network.SendByHand(this, claimedSource, to, datagram);

    /// <summary>Every open endpoint fails, with this reason, as when the network interface goes away.</summary>
    public void FailTransports(string reason)
    {
        foreach (var transport in _open.ToArray())
            transport.Fail(reason);
    }

    /// <summary>Holds back what it sends, what comes for it, or both, without losing it.</summary>
    public void Clog(bool outgoing = true, bool incoming = true)
    {
        IsCloggedOut |= outgoing;
        IsCloggedIn |= incoming;
    }

    /// <summary>Lets everything that was held back go on, in its order, now.</summary>
    public void Unclog()
    {
        IsCloggedOut = IsCloggedIn = false;
        while (_heldOut.TakeFirst() is { } datagram)
            Network.Leave(datagram);
        while (_heldIn.TakeFirst() is { } datagram)
            Network.Schedule(datagram, 0);
    }

    /// <summary>
    /// The power goes: endpoints are dead without a word (the sinks are not told), and what they are still asked to send goes
    /// nowhere.
    /// </summary>
    internal void SwitchOff()
    {
        IsOn = false;
        CloseAll();
        while (_heldOut.TakeFirst() is { } datagram)
            Network.Discard(datagram, DropReason.HostOff);
        while (_heldIn.TakeFirst() is { } datagram)
            Network.Discard(datagram, DropReason.HostOff);
    }

    internal void SwitchOn() => IsOn = true;

    /// <summary>The process that had them open is gone: the system closes its endpoints.</summary>
    internal void CloseAll()
    {
        foreach (var transport in _open.ToArray())
            transport.Dispose();
    }

    internal bool TryHoldOut(SimDatagram datagram) => TryHold(ref _heldOut, datagram);

    internal bool TryHoldIn(SimDatagram datagram) => TryHold(ref _heldIn, datagram);

    internal void Add(SimTransport transport) => _open.Add(transport);

    internal void Remove(SimTransport transport) => _open.Remove(transport);

    /// <summary>The endpoint that a datagram to this address, one of the host's own, reaches.</summary>
    internal SimTransport? Find(in PeerAddress to)
    {
        foreach (var transport in _open)
        {
            if (transport.Receives(to))
                return transport;
        }

        return null;
    }

    internal ushort NextEphemeralPort()
    {
        var port = (ushort)_nextPort;
        _nextPort = _nextPort == ushort.MaxValue ? SimTransportFactory.FirstEphemeralPort : _nextPort + 1;
        return port;
    }

    internal bool Owns(in PeerAddress address)
    {
        var bare = address.WithPort(0);
        return bare == Address || bare == AddressV6;
    }

    private bool TryHold(ref SimDatagramList held, SimDatagram datagram)
    {
        if (held.Count >= Network.Settings.CloggedMax)
            return false;
        held.Add(datagram);
        return true;
    }
}
