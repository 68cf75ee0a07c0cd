using System.Text;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Transport;
using CsCheck;

namespace Cjp2p.Actors.Tests.Simulation;

public sealed class SimNetworkSpec : IDisposable
{
    private static readonly PeerAddress AnyAddress = PeerAddress.FromIPv4(0, 24254);

    private readonly SimWorld _world = new(new SimWorldSettings { Seed = 5, TraceEventsMax = 100 });

    private SimNetwork Network => _world.Network;

    private SimNetworkCounters Counters => Network.Counters;

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_datagram_arrives_after_the_latency_of_both_links_with_its_senders_address()
    {
        var a = Add(new AccessLink(new LinkSettings { Latency = Ms(3) }, new LinkSettings { Latency = Ms(100) }));
        var b = Add(new AccessLink(new LinkSettings { Latency = Ms(100) }, new LinkSettings { Latency = Ms(4) }));
        Send(a, b.Address, "hello");
        _world.Drive(10);
        var (at, from, bytes) = Assert.Single(b.Sink.Received);
        Assert.Equal(Ms(7), at);
        Assert.Equal(a.Address, from);
        Assert.Equal("hello"u8.ToArray(), bytes);
        Assert.Equal(1, a.Transport.Counters.DatagramsOut);
        Assert.Equal(5, a.Transport.Counters.BytesOut);
        Assert.Equal(1, b.Transport.Counters.DatagramsIn);
        Assert.Equal(5, b.Transport.Counters.BytesIn);
    }

    // Who does not know its own address takes itself to be behind a NAT, and keeps mappings alive that there are not.
    [Fact]
    public void An_endpoint_on_every_address_knows_that_of_its_host_as_its_own_and_that_of_its_nat_not()
    {
        var host = Network.AddHost();
        using var open = host.Transports.Open(AnyAddress, new TransportSettings());
        Assert.True(open.IsOwnHost(host.Address.WithPort(1)));
        Assert.False(open.IsOwnHost(Network.AddHost().Address));
        var inside = Network.AddHost(nat: Network.AddNat(new NatSettings()));
        using var hidden = inside.Transports.Open(AnyAddress, new TransportSettings());
        Assert.True(hidden.IsOwnHost(inside.Address));
        Assert.False(hidden.IsOwnHost(inside.OutsideAddress));
        using var local = host.Transports.Open(PeerAddress.FromIPv4(0x7F000001, 99), new TransportSettings());
        Assert.False(local.IsOwnHost(host.Address));
    }

    [Fact]
    public void Datagrams_of_one_tick_arrive_in_the_order_in_which_they_were_sent_and_as_batches()
    {
        var (a, b, c) = (Add(), Add(), Add());
        using (var batch = a.Transport.RentSendBatch())
        {
            for (var i = 0; i < 70; i++)
                Put(batch, b.Address, $"{i}");
            Put(batch, c.Address, "between");
            Put(batch, b.Address, "after");
        }

        _world.Drive(10);
        Assert.Equal(Enumerable.Range(0, 70).Select(i => $"{i}").Append("after"), b.Sink.Texts);
        Assert.Equal([64, 6, 1], b.Sink.Batches);
        Assert.Equal(4, Counters.Batches);
    }

    [Fact]
    public void What_was_committed_is_what_arrives_whatever_the_room_is_used_for_next()
    {
        var (a, b) = (Add(), Add());
        using (var batch = a.Transport.RentSendBatch())
        {
            Put(batch, b.Address, "first");
            batch.Reserve(65_507).Fill((byte)'x');
        }

        _world.Drive(10);
        Assert.Equal(["first"], b.Sink.Texts);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(5_598)]
    [InlineData(65_507)]
    public void Every_size_of_datagram_arrives_whole(int bytes)
    {
        var (a, b) = (Add(), Add());
        var payload = new byte[bytes];
        new SimRandom(1).NextBytes(payload);
        Send(a, b.Address, payload);
        _world.Drive(10);
        Assert.Equal(payload, Assert.Single(b.Sink.Received).Bytes);
    }

    [Fact]
    public void A_batch_refuses_what_can_not_be()
    {
        var a = Add();
        var batch = a.Transport.RentSendBatch();
        Assert.Throws<ArgumentOutOfRangeException>(() => { batch.Reserve(65_508); });
        Assert.Throws<InvalidOperationException>(() => batch.Commit(a.Address, 0));
        batch.Reserve(10);
        Assert.Throws<InvalidOperationException>(() => batch.Commit(a.Address, 11));
        batch.Dispose();
        batch.Dispose();
        Assert.Throws<ObjectDisposedException>(() => { batch.Reserve(1); });
        Assert.Equal(0, Network.BatchesRented);
    }

    [Fact]
    public void Addresses_that_nobody_can_be_sent_to_are_counted_as_failures_to_send()
    {
        var a = Add();
        foreach (var to in (string[])["5.0.0.2:0", "0.0.0.0:1", "224.0.0.1:1", "255.255.255.255:1", "[2a05::1]:1"])
            Send(a, Parse(to), "x");
        Assert.Equal(5, a.Transport.Counters.SendFailures);
        Assert.Equal(0, Counters.Sent);
    }

    [Fact]
    public void Nobody_there_is_a_drop_with_a_reason()
    {
        var (a, b) = (Add(), Add());
        Send(a, Parse("5.9.9.9:1"), "nobody");
        Send(a, b.Address.WithPort(1), "wrong port");
        _world.Drive(10);
        Assert.Equal(1, Counters.DroppedFor(DropReason.NoHost));
        Assert.Equal(1, Counters.DroppedFor(DropReason.NoEndpoint));
        Assert.Empty(b.Sink.Received);
    }

    [Fact]
    public void A_closed_endpoint_neither_sends_nor_receives_and_its_port_is_free_again()
    {
        var (a, b) = (Add(), Add());
        Send(a, b.Address, "too late");
        b.Transport.Dispose();
        b.Transport.Dispose();
        _world.Drive(10);
        Send(b, a.Address, "from the grave");
        _world.Drive(10);
        Assert.Empty(a.Sink.Received);
        Assert.Empty(b.Sink.Received);
        using var again = b.Host.Transports.Open(AnyAddress, new TransportSettings());
        Assert.Equal(24254, again.LocalAddress.Port);
    }

    [Fact]
    public void Opening_fails_with_one_line_when_the_port_is_taken_the_address_is_not_ours_or_the_host_says_so()
    {
        var a = Add();
        TransportException Fails(PeerAddress listen) =>
            Assert.Throws<TransportException>(() => a.Host.Transports.Open(listen, new TransportSettings()));

        Assert.Contains("in use", Fails(AnyAddress).Message, StringComparison.Ordinal);
        Assert.Contains("in use", Fails(a.Address).Message, StringComparison.Ordinal);
        Assert.Contains("not one of", Fails(Parse("5.9.9.9:1")).Message, StringComparison.Ordinal);
        a.Host.OpeningFails = "the interface is down";
        Assert.Contains("the interface is down", Fails(AnyAddress.WithPort(1)).Message, StringComparison.Ordinal);
        a.Host.OpeningFails = null;
        using var other = a.Host.Transports.Open(AnyAddress.WithPort(1), new TransportSettings());
    }

    [Fact]
    public void Port_zero_is_any_free_one()
    {
        var a = Add();
        using var first = a.Host.Transports.Open(AnyAddress.WithPort(0), new TransportSettings());
        using var second = a.Host.Transports.Open(AnyAddress.WithPort(0), new TransportSettings());
        Assert.NotEqual(0, first.LocalAddress.Port);
        Assert.NotEqual(first.LocalAddress.Port, second.LocalAddress.Port);
    }

    [Fact]
    public void Endpoints_of_one_host_reach_each_other_by_loopback_and_nobody_else_does()
    {
        var (a, b) = (Add(), Add());
        var sink = new RecordingSink(_world);
        using var local = a.Host.Transports.Open(Parse("127.0.0.1:99"), new TransportSettings());
        local.Start(sink);
        Send(a, Parse("127.0.0.1:99"), "mine");
        Send(b, a.Address.WithPort(99), "theirs");
        _world.Drive(10);
        Assert.Equal(["mine"], sink.Texts);
        Assert.Equal(Parse("127.0.0.1:24254"), sink.Received[0].From);
        Assert.Equal(1, Counters.DroppedFor(DropReason.NoEndpoint));
    }

    [Fact]
    public void IPv4_and_IPv6_are_apart()
    {
        var (a, b) = (Add(withIPv6: true), Add(withIPv6: true));
        var sink = new RecordingSink(_world);
        using var from = a.Host.Transports.Open(Parse("[::]:24254"), new TransportSettings());
        using var to = b.Host.Transports.Open(Parse("[::]:24254"), new TransportSettings());
        to.Start(sink);
        using (var batch = from.RentSendBatch())
            Put(batch, b.Host.AddressV6!.Value.WithPort(24254), "six");
        Send(a, b.Address, "four");
        _world.Drive(10);
        Assert.Equal(["six"], sink.Texts);
        Assert.Equal(a.Host.AddressV6!.Value.WithPort(24254), sink.Received[0].From);
        Assert.Equal(["four"], b.Sink.Texts);
    }

    [Fact]
    public void A_partition_cuts_both_directions_and_what_is_under_way_until_it_is_healed()
    {
        var (a, b, c) = (Add(Latency(5)), Add(Latency(5)), Add(Latency(5)));
        Send(a, b.Address, "under way");
        _world.RunFor(Ms(1));
        var partition = Network.Partition(a.Host, b.Host);
        Send(b, a.Address, "back");
        Send(a, c.Address, "aside");
        _world.RunFor(Ms(100));
        Assert.Empty(a.Sink.Received);
        Assert.Empty(b.Sink.Received);
        Assert.Equal(["aside"], c.Sink.Texts);
        Assert.Equal(2, Counters.DroppedFor(DropReason.Partition));

        partition.Heal();
        Send(a, b.Address, "again");
        _world.RunFor(Ms(100));
        Assert.Equal(["again"], b.Sink.Texts);
    }

    [Fact]
    public void A_one_way_partition_lets_the_other_way_through()
    {
        var (a, b) = (Add(), Add());
        Network.PartitionOneWay([a.Host], [b.Host]);
        Send(a, b.Address, "lost");
        Send(b, a.Address, "arrives");
        _world.Drive(10);
        Assert.Empty(b.Sink.Received);
        Assert.Equal(["arrives"], a.Sink.Texts);
    }

    [Fact]
    public void Partitions_overlap_and_heal_apart_and_an_old_one_does_not_heal_a_new_one()
    {
        var (a, b, c) = (Add(), Add(), Add());
        var first = Network.Partition([a.Host], [b.Host, c.Host]);
        var second = Network.Partition(a.Host, c.Host);
        first.Heal();
        Send(a, b.Address, "1");
        Send(a, c.Address, "2");
        _world.Drive(10);
        Assert.Equal((1, 0), (b.Sink.Received.Count, c.Sink.Received.Count));

        Network.Heal();
        var third = Network.Partition(a.Host, c.Host);
        second.Heal();
        Send(a, c.Address, "3");
        _world.Drive(10);
        Assert.Empty(c.Sink.Received);
        third.Heal();
        Send(a, c.Address, "4");
        _world.Drive(10);
        Assert.Equal(["4"], c.Sink.Texts);
    }

    [Fact]
    public void Sixty_four_cuts_are_possible_and_one_more_is_refused()
    {
        var (a, b) = (Add(), Add());
        for (var i = 0; i < 64; i++)
            Network.PartitionOneWay([a.Host], [b.Host]);
        Assert.Throws<InvalidOperationException>(() => Network.PartitionOneWay([a.Host], [b.Host]));
        Network.Heal();
        Network.PartitionOneWay([a.Host], [b.Host]);
    }

    [Fact]
    public void An_isolated_host_hears_and_reaches_nobody_until_the_network_is_healed()
    {
        var (a, b) = (Add(), Add());
        Network.Isolate(a.Host);
        Send(a, b.Address, "out");
        Send(b, a.Address, "in");
        _world.Drive(10);
        Assert.Equal(2, Counters.DroppedFor(DropReason.Partition));
        Network.Heal();
        Send(b, a.Address, "in again");
        _world.Drive(10);
        Assert.Equal(["in again"], a.Sink.Texts);
    }

    [Fact]
    public void A_clogged_host_holds_everything_back_in_order_and_loses_nothing()
    {
        var (a, b) = (Add(), Add());
        b.Host.Clog();
        for (var i = 0; i < 5; i++)
        {
            Send(a, b.Address, $"in {i}");
            Send(b, a.Address, $"out {i}");
        }

        _world.RunFor(Ms(1000));
        Assert.Empty(a.Sink.Received);
        Assert.Empty(b.Sink.Received);
        Assert.Equal(10, Counters.Clogged);
        Assert.Equal(10, Counters.InFlight);

        b.Host.Unclog();
        _world.Drive(20);
        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"in {i}"), b.Sink.Texts);
        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"out {i}"), a.Sink.Texts);
        Assert.Equal(0, Counters.InFlight);
    }

    [Fact]
    public void A_clogged_host_holds_no_more_than_it_may()
    {
        using var world = new SimWorld(new SimWorldSettings { Network = new SimNetworkSettings { CloggedMax = 3 } });
        var (a, b) = (new Station(world), new Station(world));
        b.Host.Clog();
        for (var i = 0; i < 4; i++)
            Send(a, b.Address, "x");
        world.Drive(10);
        Assert.Equal(3, world.Network.Counters.Clogged);
        Assert.Equal(1, world.Network.Counters.DroppedFor(DropReason.ClogFull));
    }

    [Fact]
    public void More_than_may_be_under_way_is_dropped()
    {
        using var world = new SimWorld(new SimWorldSettings { Network = new SimNetworkSettings { InFlightMax = 3 } });
        var (a, b) = (new Station(world, Latency(1)), new Station(world));
        for (var i = 0; i < 4; i++)
            Send(a, b.Address, "x");
        Assert.Equal(1, world.Network.Counters.DroppedFor(DropReason.NetworkFull));
        world.Drive(10);
        Assert.Equal(3, b.Sink.Received.Count);
    }

    [Fact]
    public void A_slow_down_link_queues_in_order_of_arrival_not_of_sending()
    {
        var (near, far) = (Add(Latency(1)), Add(Latency(100)));
        var to = Add(new AccessLink(new LinkSettings(), new LinkSettings { BitsPerSecond = 8_000_000 }));
        Send(far, to.Address, "far");
        Send(near, to.Address, "near");
        _world.Drive(10);
        Assert.Equal(["near", "far"], to.Sink.Texts);
        Assert.True(to.Sink.Received[0].At < Ms(2));
    }

    [Fact]
    public void A_corrupted_datagram_differs_in_one_bit_and_its_copy_not_at_all()
    {
        var a = Add(new AccessLink(new LinkSettings { Corruption = 1, Duplication = 1 }, new LinkSettings()));
        var b = Add();
        var payload = new byte[100];
        Send(a, b.Address, payload);
        _world.Drive(10);
        Assert.Equal(2, b.Sink.Received.Count);
        var bits = b.Sink.Received.Select(each => each.Bytes.Sum(value => int.PopCount(value))).Order();
        Assert.Equal([0, 1], bits);
        Assert.Equal((1, 1), (Counters.Corrupted, Counters.Duplicated));
    }

    [Fact]
    public void Two_hosts_behind_port_restricted_nats_reach_each_other_only_once_both_have_sent()
    {
        var a = Behind(NatKind.PortRestricted);
        var b = Behind(NatKind.PortRestricted);
        Send(a, b.Outside, "knock");
        _world.Drive(10);
        Assert.Empty(b.Sink.Received);
        Assert.Equal(1, Counters.DroppedFor(DropReason.NatFilter));
        Send(b, a.Outside, "knock back");
        _world.Drive(10);
        Assert.Equal(["knock back"], a.Sink.Texts);
        Assert.Equal(b.Outside, a.Sink.Received[0].From);
        Send(a, b.Outside, "come in");
        _world.Drive(10);
        Assert.Equal(["come in"], b.Sink.Texts);
    }

    [Fact]
    public void Two_hosts_behind_symmetric_nats_do_not_reach_each_other_but_reach_a_public_one()
    {
        var (a, b) = (Behind(NatKind.Symmetric), Behind(NatKind.Symmetric));
        var server = Add();
        Send(a, server.Address, "a");
        Send(b, server.Address, "b");
        _world.Drive(10);
        Assert.Equal(["a", "b"], server.Sink.Texts);
        var (aSeen, bSeen) = (server.Sink.Received[0].From, server.Sink.Received[1].From);
        for (var i = 0; i < 3; i++)
        {
            Send(a, bSeen, "knock");
            Send(b, aSeen, "knock");
            _world.Drive(10);
        }

        Assert.Empty(a.Sink.Received);
        Assert.Empty(b.Sink.Received);
        Send(server, aSeen, "answer");
        _world.Drive(10);
        Assert.Equal(["answer"], a.Sink.Texts);
    }

    [Fact]
    public void A_nat_that_was_rebooted_gives_its_host_a_new_start()
    {
        var a = Behind(NatKind.FullCone);
        var b = Add();
        Send(a, b.Address, "hello");
        _world.Drive(10);
        a.Host.Nat!.Reboot();
        Send(b, b.Sink.Received[0].From, "lost");
        _world.Drive(10);
        Assert.Empty(a.Sink.Received);
        Assert.Equal(1, a.Host.Nat!.Filtered);
    }

    [Fact]
    public void Hosts_behind_one_nat_reach_each_other_inside_and_by_the_outside_address_only_if_it_hairpins()
    {
        foreach (var hairpins in (bool[])[false, true])
        {
            var nat = Network.AddNat(new NatSettings { Kind = NatKind.FullCone, Hairpins = hairpins });
            var (a, b) = (new Station(_world, nat: nat), new Station(_world, nat: nat));
            var server = Add();
            Send(a, b.Address, "inside");
            Send(b, server.Address, "opens");
            _world.Drive(10);
            Assert.Equal(["inside"], b.Sink.Texts);
            Send(a, server.Sink.Received[0].From, "around");
            _world.Drive(10);
            Assert.Equal(hairpins ? 2 : 1, b.Sink.Received.Count);
        }
    }

    [Fact]
    public void A_spoofed_source_is_what_the_receiver_sees_and_is_counted()
    {
        var (a, b, victim) = (Add(), Add(), Add());
        a.Host.SendAs(victim.Address, b.Address, "spoof"u8);
        _world.Drive(10);
        Assert.Equal(victim.Address, Assert.Single(b.Sink.Received).From);
        Assert.Equal(1, Counters.Spoofed);

        // The trace knows better.
        Assert.Equal(new TraceEndpoint(a.Host.Number, 24254), Assert.Single(_world.Trace.Last).From);
    }

    [Fact]
    public void A_transport_that_fails_tells_its_sink_once_and_can_be_opened_again()
    {
        var a = Add();
        a.Host.FailTransports("the cable was pulled");
        a.Host.FailTransports("again");
        Assert.Equal(["the cable was pulled"], a.Sink.Failures);
        using var again = a.Host.Transports.Open(AnyAddress, new TransportSettings());
    }

    [Fact]
    public void Another_thread_may_not_send_while_the_world_is_driven()
    {
        var a = Add();
        Exception? caught = null;
        _world.After(TimeSpan.Zero, () =>
        {
            var thread = new Thread(() => caught = Record.Exception(a.Transport.RentSendBatch));
            thread.Start();
            thread.Join();
        });
        _world.Step();
        Assert.IsType<InvalidOperationException>(caught);
    }

    [Fact]
    public void Conservation_sent_and_duplicated_is_delivered_dropped_or_under_way_and_every_buffer_comes_back() =>
        Gen.Select(Gen.ULong, Gen.Double[0, 0.4], Gen.Int[0, 3], Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 6000], Gen.Int[0, 20]).Array[1, 150])
            .Sample((seed, chance, fault, sends) =>
            {
                using var world = new SimWorld(new SimWorldSettings { Seed = seed });
                var link = new LinkSettings
                {
                    Latency = Ms(2),
                    Jitter = Ms(3),
                    KeepsOrder = fault % 2 == 0,
                    Loss = chance / 2,
                    Bursts = new BurstLoss(chance / 10, 0.3),
                    Duplication = chance,
                    Reordering = chance,
                    Corruption = chance,
                    BitsPerSecond = fault == 1 ? 4_000_000 : 0,
                    QueueBytesMax = 30_000,
                    MtuBytes = 1500,
                };
                var nat = world.Network.AddNat(new NatSettings { Kind = NatKind.Symmetric, EntriesMax = 6 });
                var stations = Enumerable.Range(0, 6)
                    .Select(i => new Station(world, new AccessLink(link), i >= 4 ? nat : null)).ToArray();
                var counters = world.Network.Counters;
                foreach (var (from, to, bytes, waitMs) in sends)
                {
                    Send(stations[from], stations[to].Outside, new byte[bytes]);
                    if (fault == 2 && waitMs == 7)
                        world.Network.Isolate(stations[to].Host);
                    if (fault == 3 && waitMs % 5 == 1)
                        stations[to].Host.Clog();
                    if (waitMs == 3)
                        world.Heal();
                    world.RunFor(Ms(waitMs));
                    Assert.Equal(counters.InFlight, world.Network.BuffersRented);
                    Assert.Equal(counters.Dropped, Enum.GetValues<DropReason>().Sum(counters.DroppedFor));
                }

                Assert.Equal(sends.Length, counters.Sent);
                Assert.Equal(counters.Delivered, stations.Sum(station => station.Sink.Received.Count));
                world.Heal();
                world.Drive(10_000);
                Assert.Equal(0, counters.InFlight);
                Assert.Equal(counters.Sent + counters.Duplicated, counters.Delivered + counters.Dropped);
                Assert.Equal(0, world.Network.BuffersRented);
            }, iter: 60);

    [Fact]
    public void When_the_world_ends_every_buffer_comes_back()
    {
        var world = new SimWorld();
        var (a, b) = (new Station(world, Latency(1000)), new Station(world));
        for (var i = 0; i < 100; i++)
            Send(a, b.Address, "under way");
        b.Host.Clog();
        Send(b, a.Address, "held back");
        Assert.Equal(101, world.Network.BuffersRented);
        world.Dispose();
        Assert.Equal(0, world.Network.BuffersRented);
    }

    [Fact]
    public void Links_of_a_host_do_not_change_when_another_host_is_added()
    {
        static List<TimeSpan> Arrivals(int strangers)
        {
            using var world = new SimWorld(new SimWorldSettings { Seed = 9 });
            var access = new AccessLink(new LinkSettings { Jitter = Ms(50), Loss = 0.3, KeepsOrder = false });
            var (a, b) = (new Station(world, access), new Station(world, access));
            var others = Enumerable.Range(0, strangers).Select(_ => new Station(world, access)).ToArray();
            for (var i = 0; i < 50; i++)
            {
                Send(a, b.Address, "x");
                foreach (var other in others)
                    Send(other, others[0].Address, "noise");
            }

            world.Drive(10_000);
            return [.. b.Sink.Received.Select(each => each.At)];
        }

        Assert.Equal(Arrivals(0), Arrivals(3));
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static AccessLink Latency(int milliseconds) => new(new LinkSettings { Latency = Ms(milliseconds) });

    private static PeerAddress Parse(string text)
    {
        Assert.True(PeerAddress.TryParse(text, out var address));
        return address;
    }

    private static void Put(ISendBatch batch, in PeerAddress to, string text) =>
        batch.Commit(to, Encoding.ASCII.GetBytes(text, batch.Reserve(100)));

    private static void Send(Station from, in PeerAddress to, string text) => Send(from, to, Encoding.ASCII.GetBytes(text));

    private static void Send(Station from, in PeerAddress to, byte[] payload)
    {
        using var batch = from.Transport.RentSendBatch();
        payload.CopyTo(batch.Reserve(payload.Length));
        batch.Commit(to, payload.Length);
    }

    private Station Add(AccessLink? access = null, bool withIPv6 = false) => new(_world, access, null, withIPv6);

    private Station Behind(NatKind kind) => new(_world, nat: Network.AddNat(new NatSettings { Kind = kind }));

    /// <summary>A host with one open endpoint that keeps what it receives.</summary>
    private sealed class Station
    {
        public Station(SimWorld world, AccessLink? access = null, SimNat? nat = null, bool withIPv6 = false)
        {
            Host = world.Network.AddHost(access, nat, withIPv6: withIPv6);
            Sink = new RecordingSink(world);
            Transport = Host.Transports.Open(AnyAddress, new TransportSettings());
            Transport.Start(Sink);
        }

        public SimHost Host { get; }

        public RecordingSink Sink { get; }

        public ITransport Transport { get; }

        public PeerAddress Address => Host.Address.WithPort(24254);

        public PeerAddress Outside => Host.OutsideAddress.WithPort(24254);
    }
}
