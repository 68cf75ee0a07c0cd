using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// The network of a simulated world: hosts with links of their own, NATs, and what can go wrong between them. A datagram
/// passes its sender's up link, the middle of the network (which costs nothing), and its receiver's down link.
/// </summary>
/// <remarks>
/// Chance belongs to links, and each link draws from a stream of its own in the order in which datagrams reach it: a host
/// that is added later changes nothing for those that do not talk to it.
/// </remarks>
public sealed class SimNetwork
{
    private const uint FirstAddress = 0x0500_0000;

    private readonly SimScheduler _scheduler;
    private readonly Func<long> _steps;
    private readonly SimDatagramPool _pool;
    private readonly List<SimHost> _hosts = [];
    private readonly Dictionary<uint, SimHost> _byAddress = [];
    private readonly Dictionary<PeerAddress, SimHost> _byAddressV6 = [];
    private readonly Dictionary<uint, SimNat> _nats = [];
    private readonly SimCuts _cuts;
    private SimSendBatch? _batches;

    internal SimNetwork(
        SimScheduler scheduler, ulong seed, SimNetworkSettings settings, Trace trace, Func<long> steps)
    {
        _scheduler = scheduler;
        _steps = steps;
        _pool = new SimDatagramPool(this);
        _cuts = new SimCuts(_hosts);
        Seed = seed;
        Settings = settings;
        Trace = trace;
    }

    /// <summary>What happened so far.</summary>
    public SimNetworkCounters Counters { get; } = new();

    /// <summary>Its hosts, by number.</summary>
    public IReadOnlyList<SimHost> Hosts => _hosts;

    /// <summary>Its limits.</summary>
    public SimNetworkSettings Settings { get; }

    /// <summary>
    /// Datagram buffers and send batches that were taken and have not come back: as many as datagrams are under way, and one
    /// for each batch that an actor holds right now.
    /// </summary>
    public long BuffersRented => _pool.Rented + BatchesRented;

    /// <summary>Send batches that were taken and have not come back; zero whenever no actor has its turn.</summary>
    public long BatchesRented { get; private set; }

    /// <summary>Is shown every delivery, or null.</summary>
    public ISimTap? Tap { get; set; }

    internal ulong Seed { get; }

    /// <summary>How this network is one slice of a larger one; null: it is all there is.</summary>
    internal SimSlicing? Slicing { get; set; }

    internal Trace Trace { get; }

    /// <summary>Sees everything that endpoints send and receive; null: nobody looks.</summary>
    internal ISimNetworkWatch? Watch { get; set; }

    /// <summary>Adds a host. Its address is the next free one, or the one given.</summary>
    /// <param name="access">How it is connected; perfectly when nothing is said.</param>
    /// <param name="nat">The NAT it is behind, or null.</param>
    /// <param name="address">Its address (the port does not matter); not for a host behind a NAT.</param>
    /// <param name="withIPv6">It has an IPv6 address too, to which no NAT applies.</param>
    public SimHost AddHost(
        AccessLink? access = null, SimNat? nat = null, PeerAddress? address = null, bool withIPv6 = false)
    {
        if (nat != null && address != null)
            throw new ArgumentException("A NAT gives its hosts their addresses.", nameof(address));
        var number = _hosts.Count;
        var own = nat?.NextInsideAddress() ?? address?.WithPort(0) ?? NextAddress();
        if (nat == null && IsTaken(own))
            throw new ArgumentException($"{own} has been given to another host.", nameof(address));
        var host = new SimHost(this, number, own, access ?? AccessLink.Perfect, nat);
        if (nat != null)
            nat.Add(host);
        else if (own.IsIPv6)
            _byAddressV6.Add(own, host);
        else
            _byAddress.Add(own.IPv4HostOrder, host);
        if (own.IsIPv6)
            host.AddressV6 = own;
        else if (withIPv6)
            AddIPv6(host);
        _hosts.Add(host);
        return host;
    }

    /// <summary>Adds a NAT with an outside address of its own.</summary>
    public SimNat AddNat(NatSettings settings)
    {
        var nat = new SimNat(NextAddress(), settings);
        _nats.Add(nat.Address.IPv4HostOrder, nat);
        return nat;
    }

    /// <summary>Cuts every path between the one group and the other, in both directions; also for what is under way.</summary>
    public SimPartition Partition(IEnumerable<SimHost> one, IEnumerable<SimHost> other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        var (first, second) = (one.ToList(), other.ToList());
        return new SimPartition(_cuts, [_cuts.Cut(first, second), _cuts.Cut(second, first)]);
    }

    /// <summary>Cuts every path between two hosts, in both directions.</summary>
    public SimPartition Partition(SimHost one, SimHost other) => Partition([one], [other]);

    /// <summary>Cuts the paths from the one group to the other; answers the other way still arrive.</summary>
    public SimPartition PartitionOneWay(IEnumerable<SimHost> from, IEnumerable<SimHost> to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return new SimPartition(_cuts, [_cuts.Cut(from.ToList(), to.ToList())]);
    }

    /// <summary>Cuts a host off from everybody.</summary>
    public void Isolate(SimHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (host.Network != this)
            throw new ArgumentException("The host is part of another network.", nameof(host));
        _cuts.Isolate(host);
    }

    /// <summary>Ends all partitions, isolations and clogs.</summary>
    public void Heal()
    {
        _cuts.HealAll();
        foreach (var host in _hosts.Where(host => host.IsCloggedIn || host.IsCloggedOut))
            host.Unclog();
    }

    /// <summary>The <paramref name="index"/>th address part that does not end in 0 or 255.</summary>
    internal static uint HostPart(int index) => ((uint)index / 254 * 256) + ((uint)index % 254) + 1;

    /// <summary>The world has ended: nothing stays rented.</summary>
    internal void End()
    {
        foreach (var host in _hosts)
            host.SwitchOff();
    }

    internal SimSendBatch RentBatch(SimTransport transport)
    {
        if (_scheduler.Gate.IsDriven && !_scheduler.Gate.IsOurs)
            throw new InvalidOperationException("In a simulated world only the thread that drives it may send.");
        BatchesRented++;
        var batch = _batches ?? new SimSendBatch(this);
        _batches = batch.NextInPool;
        batch.NextInPool = null;
        batch.Begin(transport);
        return batch;
    }

    internal void ReturnBatch(SimSendBatch batch)
    {
        BatchesRented--;
        batch.NextInPool = _batches;
        _batches = batch;
    }

    internal void Send(
        SimHost sender, ushort senderPort, in PeerAddress source, in PeerAddress to, ReadOnlySpan<byte> payload)
    {
        var datagram = _pool.Rent(payload.Length);
        payload.CopyTo(datagram.Buffer);
        datagram.Length = payload.Length;
        datagram.Sender = sender;
        datagram.SenderPort = senderPort;
        datagram.Source = source;
        datagram.To = to;
        datagram.Order = SimSlicing.Order(sender);
        sender.Sent++;
        sender.BytesSent += payload.Length;
        Counters.Sent++;
        Counters.BytesSent += payload.Length;

        if (!sender.IsOn)
            Discard(datagram, DropReason.HostOff);
        else if (Counters.InFlight > Settings.InFlightMax)
            Discard(datagram, DropReason.NetworkFull);
        else if (sender.IsCloggedOut)
            HoldBack(datagram, sender.TryHoldOut(datagram));
        else
            Leave(datagram);
    }

    internal void SendByHand(SimHost sender, in PeerAddress claimedSource, in PeerAddress to, ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, SimSendBatch.DatagramBytesMax);
        if (!sender.Owns(claimedSource) && !claimedSource.IsLoopback)
            Counters.Spoofed++;
        Send(sender, claimedSource.Port, claimedSource, to, payload);
    }

    /// <summary>The datagram leaves its host: within the host or the house, or by the NAT and the up link.</summary>
    internal void Leave(SimDatagram datagram)
    {
        var sender = datagram.Sender;
        var nat = datagram.To.IsIPv6 ? null : sender.Nat;
        if (datagram.To.IsLoopback || sender.Owns(datagram.To))
        {
            datagram.Receiver = sender;
            Schedule(datagram, Settings.InsideLatency.Ticks);
            return;
        }

        if (nat != null && nat.TryFind(datagram.To, out var neighbour))
        {
            datagram.Receiver = neighbour;
            Schedule(datagram, Settings.InsideLatency.Ticks);
            return;
        }

        var nowTicks = _scheduler.NowTicks;
        if (nat != null)
        {
            if (datagram.To.IPv4HostOrder == nat.Address.IPv4HostOrder && !nat.Model.Settings.Hairpins)
            {
                Discard(datagram, DropReason.NatFilter);
                return;
            }

            if (!nat.Model.TryOutbound(nowTicks, datagram.Source, datagram.To, out var outsidePort))
            {
                Discard(datagram, DropReason.NatFull);
                return;
            }

            datagram.Source = nat.Address.WithPort(outsidePort);
        }

        var outcome = sender.Up.Offer(nowTicks, datagram.Length, datagram.To.IsIPv6);
        if (Passed(datagram, outcome, out var copy))
        {
            // Order matters: what a copy meets must not depend on whether the first is dropped on its way.
            Cross(datagram, outcome.ArrivalTicks);
            if (copy != null)
                Cross(copy, outcome.CopyArrivalTicks);
        }
    }

    internal void Schedule(SimDatagram datagram, long delayTicks)
    {
        if (Slicing == null)
            _scheduler.AddAfter(delayTicks, datagram);
        else
            _scheduler.AddAt(_scheduler.NowTicks + delayTicks, datagram, datagram.Order);
    }

    /// <summary>What the other slices sent to hosts of this one; each arrives in the middle of the network at its time.</summary>
    internal void Import(ReadOnlySpan<byte> datagrams)
    {
        while (SimSlicing.TryRead(ref datagrams, out var head, out var payload))
        {
            var datagram = _pool.Rent(payload.Length);
            payload.CopyTo(datagram.Buffer);
            datagram.Length = payload.Length;
            datagram.Sender = _hosts[head.Sender];
            datagram.SenderPort = head.SenderPort;
            datagram.Source = head.Source;
            datagram.To = head.To;
            datagram.Order = head.Order;
            Counters.Imported++;
            _scheduler.AddAt(head.ArrivalTicks, datagram, datagram.Order);
        }
    }

    /// <summary>A datagram's entry is due: it is in the middle of the network, or at its receiver.</summary>
    internal void Arrived(SimDatagram datagram)
    {
        if (datagram.Receiver == null)
            Enter(datagram, _scheduler.NowTicks);
        else
            Deliver(datagram);
    }

    internal void Discard(SimDatagram datagram, DropReason reason)
    {
        Counters.AddDropped(reason);
        _pool.Return(datagram);
    }

    internal void Return(SimDatagram datagram) => _pool.Return(datagram);

    /// <summary>
    /// Behind the up link. A receiver whose link has neither queue nor NAT decides at once about what will reach it later,
    /// which saves an entry; with any other, the datagram has to be there first.
    /// </summary>
    private void Cross(SimDatagram datagram, long arrivalTicks)
    {
        if (Slicing is { } slicing)
        {
            // Nothing is decided before its time: who else sends there meanwhile may be in another slice.
            if (!IsElsewhere(datagram.To, out var slice))
            {
                Schedule(datagram, arrivalTicks - _scheduler.NowTicks);
                return;
            }

            slicing.Export(slice, datagram, arrivalTicks);
            Counters.Exported++;
            _pool.Return(datagram);
            return;
        }

        if (TryFindHost(datagram.To, out var receiver) && receiver.Down.HasNoQueue)
            Enter(datagram, arrivalTicks);
        else
            Schedule(datagram, arrivalTicks - _scheduler.NowTicks);
    }

    /// <summary>In the middle of the network, at this time: through the receiver's NAT and onto its down link.</summary>
    private void Enter(SimDatagram datagram, long atTicks)
    {
        if (!TryFindHost(datagram.To, out var receiver) && !TryPassNat(datagram, atTicks, out receiver))
            return;
        datagram.Receiver = receiver;
        if (_cuts.IsCut(datagram.Sender, receiver))
        {
            Discard(datagram, DropReason.Partition);
            return;
        }

        var outcome = receiver.Down.Offer(atTicks, datagram.Length, datagram.To.IsIPv6);
        if (Passed(datagram, outcome, out var copy))
        {
            Schedule(datagram, outcome.ArrivalTicks - _scheduler.NowTicks);
            if (copy != null)
                Schedule(copy, outcome.CopyArrivalTicks - _scheduler.NowTicks);
        }
    }

    private bool IsElsewhere(in PeerAddress to, out int slice)
    {
        slice = 0;
        if (TryFindHost(to, out var host))
        {
            slice = Slicing!.SliceOf(host.Number);
            return host.IsElsewhere;
        }

        if (to.IsIPv6 || !_nats.TryGetValue(to.IPv4HostOrder, out var nat))
            return false;
        slice = Slicing!.SliceOf(nat.FirstHost);
        return nat.IsElsewhere;
    }

    private bool TryPassNat(SimDatagram datagram, long atTicks, out SimHost receiver)
    {
        receiver = null!;
        if (datagram.To.IsIPv6 || !_nats.TryGetValue(datagram.To.IPv4HostOrder, out var nat))
        {
            Discard(datagram, DropReason.NoHost);
            return false;
        }

        if (!nat.Model.TryInbound(atTicks, datagram.To.Port, datagram.Source, out var inside)
            || !nat.TryFind(inside, out receiver))
        {
            nat.Filtered++;
            Discard(datagram, DropReason.NatFilter);
            return false;
        }

        datagram.To = inside;
        return true;
    }

    private void Deliver(SimDatagram datagram)
    {
        var receiver = datagram.Receiver!;
        if (!MayReceive(datagram, out var transport))
            return;
        if (receiver.ProcessorTicksPerDatagram > 0)
        {
            Queue(receiver, transport, datagram);
            return;
        }

        var (datagrams, bytes) = (0, 0L);
        do
        {
            datagrams++;
            bytes += datagram.Length;
            HandOver(receiver, transport, datagram);
        }
        while (datagrams < Settings.BatchMax && TryTakeNext(receiver, transport, out datagram!));
        EndBatch(receiver, transport, datagrams, bytes);
    }

    /// <summary>The receiver is busy with what came before: into the endpoint's receive buffer, if there is room.</summary>
    private void Queue(SimHost receiver, SimTransport transport, SimDatagram datagram)
    {
        if (!transport.Backlog.TryAdd(datagram, receiver.ReceiveBufferBytes))
        {
            Discard(datagram, DropReason.ReceiveBufferFull);
            return;
        }

        if (transport.Backlog.IsServed)
            return;
        transport.Backlog.IsServed = true;
        _scheduler.CallAfter(Math.Max(0, receiver.BusyUntilTicks - _scheduler.NowTicks), () => Serve(receiver, transport));
    }

    /// <summary>The receiver has time for what waits: a batch of it, which it pays for before the next.</summary>
    private void Serve(SimHost receiver, SimTransport transport)
    {
        transport.Backlog.IsServed = false;
        var (datagrams, bytes) = (0, 0L);
        while (datagrams < Settings.BatchMax && transport.Backlog.TakeFirst() is { } datagram)
        {
            datagrams++;
            bytes += datagram.Length;
            HandOver(receiver, transport, datagram);
        }

        if (datagrams == 0)
            return;
        receiver.BusyUntilTicks = _scheduler.NowTicks + (datagrams * receiver.ProcessorTicksPerDatagram);
        EndBatch(receiver, transport, datagrams, bytes);
        if (transport.Backlog.Count == 0 || transport.Backlog.IsServed)
            return;
        transport.Backlog.IsServed = true;
        _scheduler.CallAfter(datagrams * receiver.ProcessorTicksPerDatagram, () => Serve(receiver, transport));
    }

    private void HandOver(SimHost receiver, SimTransport transport, SimDatagram datagram)
    {
        var payloadHash = Trace.Delivered(
            _steps(),
            _scheduler.NowTicks,
            _scheduler.TimersFired,
            new TraceEndpoint(datagram.Sender.Number, datagram.SenderPort),
            new TraceEndpoint(receiver.Number, datagram.To.Port),
            datagram.Payload);
        if (Slicing != null)
            SimSlicing.Absorb(receiver, _scheduler.NowTicks, datagram, payloadHash);
        Watch?.Delivered(receiver, datagram.Source, datagram.Payload);
        Tap?.Delivered(
            new TimeSpan(_scheduler.NowTicks), datagram.Sender, receiver, datagram.Source, datagram.To, datagram.Payload);
        transport.Sink!.OnDatagram(datagram.Source, datagram.Payload);
        _pool.Return(datagram);
    }

    private void EndBatch(SimHost receiver, SimTransport transport, int datagrams, long bytes)
    {
        receiver.Received += datagrams;
        receiver.BytesReceived += bytes;
        Counters.Delivered += datagrams;
        Counters.BytesDelivered += bytes;
        Counters.Batches++;
        transport.Counters.AddIn(datagrams, bytes);
        transport.Sink!.OnBatchEnd();
    }

    /// <summary>Takes the next entry if it is another datagram for the same endpoint at this very tick.</summary>
    private bool TryTakeNext(SimHost receiver, SimTransport transport, out SimDatagram? datagram)
    {
        datagram = null;
        if (!_scheduler.TryPeekNow(out var entry) || entry is not SimDatagram next || next.Receiver != receiver
            || _cuts.IsCut(next.Sender, receiver) || !transport.Receives(next.To))
            return false;
        _scheduler.TakePeeked();
        datagram = next;
        return true;
    }

    private bool MayReceive(SimDatagram datagram, out SimTransport transport)
    {
        var receiver = datagram.Receiver!;
        transport = null!;
        if (!receiver.IsOn)
        {
            Discard(datagram, DropReason.HostOff);
        }
        else if (_cuts.IsCut(datagram.Sender, receiver))
        {
            Discard(datagram, DropReason.Partition);
        }
        else if (receiver.IsCloggedIn)
        {
            HoldBack(datagram, receiver.TryHoldIn(datagram));
        }
        else if (receiver.Find(datagram.To) is { } found)
        {
            transport = found;
            return true;
        }
        else
        {
            Discard(datagram, DropReason.NoEndpoint);
        }

        return false;
    }

    private void HoldBack(SimDatagram datagram, bool held)
    {
        if (held)
            Counters.Clogged++;
        else
            Discard(datagram, DropReason.ClogFull);
    }

    /// <summary>Applies what a link decided; false when the datagram was dropped.</summary>
    private bool Passed(SimDatagram datagram, in LinkOutcome outcome, out SimDatagram? copy)
    {
        copy = null;
        if (outcome.Drop != DropReason.None)
        {
            Discard(datagram, outcome.Drop);
            return false;
        }

        if (outcome.Overtakes)
            Counters.Reordered++;
        if (outcome.CopyArrivalTicks >= 0)
        {
            Counters.Duplicated++;
            copy = Copy(datagram);
        }

        if (outcome.FlippedBit >= 0)
        {
            Counters.Corrupted++;
            datagram.Buffer[outcome.FlippedBit / 8] ^= (byte)(1 << (outcome.FlippedBit % 8));
        }

        return true;
    }

    private SimDatagram Copy(SimDatagram datagram)
    {
        var copy = _pool.Rent(datagram.Length);
        datagram.Payload.CopyTo(copy.Buffer);
        copy.Length = datagram.Length;
        copy.Sender = datagram.Sender;
        copy.SenderPort = datagram.SenderPort;
        copy.Receiver = datagram.Receiver;
        copy.Order = SimSlicing.OrderOfCopy(datagram);
        copy.Source = datagram.Source;
        copy.To = datagram.To;
        return copy;
    }

    private bool TryFindHost(in PeerAddress address, out SimHost host) => address.IsIPv6
        ? _byAddressV6.TryGetValue(address.WithPort(0), out host!)
        : _byAddress.TryGetValue(address.IPv4HostOrder, out host!);

    private bool IsTaken(in PeerAddress address) =>
        TryFindHost(address, out _) || (!address.IsIPv6 && _nats.ContainsKey(address.IPv4HostOrder));

    private PeerAddress NextAddress()
    {
        // Hosts behind NATs have no address of this series, so numbers may be skipped; they are never given twice.
        PeerAddress address;
        var index = _byAddress.Count + _nats.Count;
        do
            address = PeerAddress.FromIPv4(FirstAddress + HostPart(index++), 0);
        while (IsTaken(address));
        return address;
    }

    private void AddIPv6(SimHost host)
    {
        Span<byte> address = stackalloc byte[16];
        address.Clear();
        address[0] = 0x2A;
        address[1] = 0x05;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(address[12..], host.Number + 1);
        var own = PeerAddress.FromIPv6(address, 0, 0);
        host.AddressV6 = own;
        _byAddressV6.Add(own, host);
    }
}
