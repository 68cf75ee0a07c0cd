using System.Buffers.Binary;
using System.Net.Sockets;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Transport;

/// <summary>
/// What both UDP transports owe a node. Real sockets, and loopback only: nothing here is sent to an address that is not
/// in 127.0.0.0/8 or ::1, except what the kernel refuses to take at all.
/// </summary>
public abstract class UdpTransportSpecs : IDisposable
{
    private const int IPProtocolLevel = 0;
    private const int ReceiveErrorsOption = 11;

    private protected static readonly PeerAddress AnyLoopbackPort = Address("127.0.0.1:0");

    private readonly List<UdpTransport> _opened = [];

    public void Dispose()
    {
        foreach (UdpTransport transport in _opened)
        {
            transport.Dispose();
            Assert.False(transport.DidReceiverHang);
            Assert.Equal(0, transport.Batches.Rented);
            Assert.Equal(0, transport.Batches.Kept);
        }

        GC.SuppressFinalize(this);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_472)]
    [InlineData(5_888)]
    [InlineData(65_507)]
    public void Datagram_of_any_size_arrives_as_it_was_sent(int bytes)
    {
        UdpTransport sender = Open(), receiver = Open();
        var sink = new CollectingSink();
        receiver.Start(sink);
        byte[] sent = Payload(seed: bytes, bytes);

        Send(sender, receiver.LocalAddress, sent);

        (PeerAddress source, byte[] received) = Assert.Single(sink.WaitForDatagrams(1));
        Assert.Equal(sent, received);
        Assert.Equal(sender.LocalAddress, source);
        Assert.Equal(1, receiver.Counters.DatagramsIn);
        Assert.Equal(bytes, receiver.Counters.BytesIn);
        Assert.Equal(1, sender.Counters.DatagramsOut);
        Assert.Equal(bytes, sender.Counters.BytesOut);
    }

    [Fact]
    public void Burst_of_distinct_datagrams_arrives_with_the_right_bytes_from_the_right_sources()
    {
        const int Senders = 3, EachSends = 1_500, BatchSize = 20;
        using var credit = new Credit(max: 60);
        var sink = new CollectingSink { OnEach = credit.Give };
        UdpTransport receiver = Open();
        receiver.Start(sink);
        UdpTransport[] senders = [.. Enumerable.Range(0, Senders).Select(_ => Open())];

        Parallel.For(0, Senders, n =>
        {
            for (int first = 0; first < EachSends; first += BatchSize)
            {
                credit.Take(BatchSize);
                using ISendBatch batch = senders[n].RentSendBatch();
                for (int i = first; i < first + BatchSize; i++)
                {
                    Add(batch, receiver.LocalAddress, Numbered(n, i));
                }
            }
        });

        var unseen = new HashSet<(int, int)>(
            from n in Enumerable.Range(0, Senders) from i in Enumerable.Range(0, EachSends) select (n, i));
        foreach ((PeerAddress source, byte[] bytes) in sink.WaitForDatagrams(Senders * EachSends))
        {
            (int n, int i) = NumbersOf(bytes);
            Assert.True(unseen.Remove((n, i)), $"datagram {i} of sender {n} came twice, or never existed");
            Assert.Equal(Numbered(n, i), bytes);
            Assert.Equal(senders[n].LocalAddress, source);
        }

        Assert.Empty(unseen);
    }

    [Fact]
    public void Batches_may_be_rented_by_many_threads_at_the_same_time()
    {
        const int Threads = 8, EachSends = 300;
        using var credit = new Credit(max: 60);
        var sink = new CollectingSink { OnEach = credit.Give };
        UdpTransport sender = Open(), receiver = Open();
        receiver.Start(sink);

        RunTogether(Threads, n =>
        {
            for (int i = 0; i < EachSends; i += 2)
            {
                credit.Take(2);
                using ISendBatch batch = sender.RentSendBatch();
                Add(batch, receiver.LocalAddress, Numbered(n, i));
                Add(batch, receiver.LocalAddress, Numbered(n, i + 1));
            }
        });

        IReadOnlyList<(PeerAddress Source, byte[] Bytes)> datagrams = sink.WaitForDatagrams(Threads * EachSends);
        Assert.All(datagrams, d => Assert.Equal(Numbered(NumbersOf(d.Bytes).Sender, NumbersOf(d.Bytes).Number), d.Bytes));
        Assert.Equal(Threads * EachSends, datagrams.Select(d => NumbersOf(d.Bytes)).Distinct().Count());
        Assert.Equal(Threads * EachSends, sender.Counters.DatagramsOut);
        Assert.Equal(0, sender.Batches.Rented);
    }

    [Fact]
    public void Pool_keeps_a_bounded_number_of_batches()
    {
        UdpTransport transport = Open();
        ISendBatch[] batches = [.. Enumerable.Range(0, 3 * SendBatchPool.KeptMax).Select(_ => transport.RentSendBatch())];
        Assert.Equal(batches.Length, batches.Distinct().Count());
        Assert.Equal(batches.Length, transport.Batches.Rented);

        foreach (ISendBatch batch in batches)
        {
            batch.Dispose();
        }

        Assert.Equal(0, transport.Batches.Rented);
        Assert.Equal(SendBatchPool.KeptMax, transport.Batches.Kept);
        using ISendBatch again = transport.RentSendBatch();
        Assert.Contains(again, batches);
    }

    [Fact]
    public void Port_0_chooses_a_port_and_says_which()
    {
        UdpTransport one = Open(), other = Open();

        Assert.NotEqual(0, one.LocalAddress.Port);
        Assert.NotEqual(one.LocalAddress.Port, other.LocalAddress.Port);
        Assert.Equal(one.LocalAddress, AnyLoopbackPort.WithPort(one.LocalAddress.Port));
    }

    [Fact]
    public void Datagrams_that_cannot_be_sent_are_counted_and_the_rest_of_their_batch_arrives()
    {
        UdpTransport sender = Open(), receiver = Open();
        var sink = new CollectingSink();
        receiver.Start(sink);

        using (ISendBatch batch = sender.RentSendBatch())
        {
            Add(batch, receiver.LocalAddress, [1]);
            Add(batch, receiver.LocalAddress.WithPort(0), [2]);
            Add(batch, Address("[::1]:9"), [3]);
            Add(batch, Address("127.255.255.255:9"), [4]); // a broadcast address, which takes a permission we never ask for
            Add(batch, receiver.LocalAddress, [5]);
            Add(batch, receiver.LocalAddress, new byte[65_508]);
            Add(batch, receiver.LocalAddress, new byte[65_508]);
            Add(batch, receiver.LocalAddress, [6]);
        }

        Assert.Equal([1, 5, 6], sink.WaitForDatagrams(3).Select(d => (int)Assert.Single(d.Bytes)));
        Assert.Equal(3, sender.Counters.DatagramsOut);
        Assert.Equal(5, sender.Counters.SendFailures);
        Assert.Equal(0, sender.Counters.SendDrops);

        Send(sender, receiver.LocalAddress, [7]);
        Assert.Equal([7], sink.WaitForDatagrams(4)[3].Bytes);
    }

    [Fact]
    public void Batch_sends_by_itself_when_it_has_no_more_places()
    {
        UdpTransport sender = Open(settings: new TransportSettings(BatchDatagrams: 4)), receiver = Open();
        var sink = new CollectingSink();
        receiver.Start(sink);
        using ISendBatch batch = sender.RentSendBatch();

        for (byte i = 0; i < 10; i++)
        {
            Add(batch, receiver.LocalAddress, [i]);
        }

        Assert.Equal(8, sender.Counters.DatagramsOut);
        batch.Dispose();
        Assert.Equal(Enumerable.Range(0, 10), sink.WaitForDatagrams(10).Select(d => (int)Assert.Single(d.Bytes)));
    }

    [Fact]
    public void Batch_sends_by_itself_when_it_has_no_more_room()
    {
        UdpTransport sender = Open(), receiver = Open();
        using ISendBatch batch = sender.RentSendBatch();
        byte[] longest = new byte[65_507];

        for (int i = 0; i < 8; i++)
        {
            Add(batch, receiver.LocalAddress, longest);
            Assert.Equal(0, sender.Counters.DatagramsOut);
        }

        batch.Reserve(longest.Length);
        Assert.Equal(8, sender.Counters.DatagramsOut);
    }

    [Fact]
    public void Reserved_room_that_is_not_committed_is_not_sent()
    {
        UdpTransport sender = Open(), receiver = Open();
        var sink = new CollectingSink();
        receiver.Start(sink);

        using (ISendBatch batch = sender.RentSendBatch())
        {
            batch.Reserve(100).Fill(1);
            batch.Reserve(100).Fill(2);
            batch.Commit(receiver.LocalAddress, 3);
            batch.Reserve(100).Fill(4);
        }

        Send(sender, receiver.LocalAddress, [5]);
        Assert.Equal([[2, 2, 2], [5]], sink.WaitForDatagrams(2).Select(d => d.Bytes));
    }

    [Fact]
    public void Misuse_of_a_batch_is_refused()
    {
        UdpTransport transport = Open();
        ISendBatch batch = transport.RentSendBatch();

        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Commit(transport.LocalAddress, 0));
        batch.Reserve(10);
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Commit(transport.LocalAddress, 11));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Commit(transport.LocalAddress, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => { batch.Reserve(-1); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { batch.Reserve(SendBatch.DatagramRoomBytes + 1); });

        batch.Dispose();
        batch.Dispose();
        Assert.Equal(1, transport.Batches.Kept);
        Assert.Throws<ObjectDisposedException>(() => { batch.Reserve(10); });
    }

    [Fact]
    public void Nobody_listening_at_the_other_end_stops_neither_direction()
    {
        UdpTransport transport = Open(), departed = Open();
        var sink = new CollectingSink();
        transport.Start(sink);
        departed.Dispose();

        for (byte i = 0; i < 20; i++)
        {
            Send(transport, departed.LocalAddress, [99]);
            Send(transport, transport.LocalAddress, [i]);
        }

        Assert.Equal(Enumerable.Range(0, 20), sink.WaitForDatagrams(20).Select(d => (int)Assert.Single(d.Bytes)));
        Assert.Empty(sink.Failures);
    }

    [LinuxFact]
    public void Port_unreachable_is_counted_and_ignored_in_both_directions()
    {
        UdpTransport transport = Open(), departed = Open();
        var sink = new CollectingSink();
        // Linux tells an unconnected socket of ICMP messages only when it is asked to. .NET cannot ask, other systems tell unasked.
        if (transport is ManagedUdpTransport)
            transport.Socket.SetRawSocketOption(IPProtocolLevel, ReceiveErrorsOption, [1, 0, 0, 0]);
        departed.Dispose();

        // Nobody receives yet, so the next to send meets the error of the one before.
        Send(transport, departed.LocalAddress, [99]);
        Assert.True(transport.Socket.Poll(CollectingSink.Patience, SelectMode.SelectError));
        Send(transport, departed.LocalAddress, [99]);
        Assert.Equal(1, transport.Counters.IcmpErrors);
        Assert.Equal(2, transport.Counters.DatagramsOut);

        // Now there is one left for the receiver.
        transport.Start(sink);
        UdpTransport friend = Open();
        Send(friend, transport.LocalAddress, [1]);
        sink.WaitForDatagrams(1);
        Assert.Equal(2, transport.Counters.IcmpErrors);

        for (byte i = 2; i < 20; i++)
        {
            Send(transport, departed.LocalAddress, [99]);
            Send(transport, transport.LocalAddress, [i]);
        }

        Assert.Equal(Enumerable.Range(1, 19), sink.WaitForDatagrams(19).Select(d => (int)Assert.Single(d.Bytes)));
        Assert.InRange(transport.Counters.IcmpErrors, 3, 20);
        Assert.Equal(0, transport.Counters.SendFailures);
        Assert.Empty(sink.Failures);
    }

    [Fact]
    public void Datagram_longer_than_the_buffer_is_counted_and_dropped_and_the_next_arrives()
    {
        UdpTransport sender = Open(), receiver = Open(receiveRoomBytes: 1_000);
        var sink = new CollectingSink();
        receiver.Start(sink);

        Send(sender, receiver.LocalAddress, new byte[2_000]);
        Send(sender, receiver.LocalAddress, Payload(seed: 1, 999));

        Assert.Equal(Payload(seed: 1, 999), Assert.Single(sink.WaitForDatagrams(1)).Bytes);
        Assert.Equal(1, receiver.Counters.TruncatedIn);
        Assert.Equal(1, receiver.Counters.DatagramsIn);
    }

    [Fact]
    public void Port_can_be_opened_again_as_soon_as_it_was_closed()
    {
        UdpTransport sender = Open();
        PeerAddress address = AnyLoopbackPort;
        for (byte i = 0; i < 50; i++)
        {
            var sink = new CollectingSink();
            using UdpTransport receiver = Open(address);
            address = receiver.LocalAddress;
            receiver.Start(sink);

            Send(sender, address, [i]);

            Assert.Equal([i], Assert.Single(sink.WaitForDatagrams(1)).Bytes);
            receiver.Dispose();
            Assert.False(sink.Caller!.IsAlive);
            Assert.Empty(sink.Failures);
        }
    }

    [Fact]
    public void Idle_transport_can_be_disposed_started_or_not()
    {
        UdpTransport neverStarted = Open(), idle = Open();
        idle.Start(new CollectingSink());

        neverStarted.Dispose();
        idle.Dispose();
        idle.Dispose();

        Assert.Throws<ObjectDisposedException>(() => neverStarted.Start(new CollectingSink()));
        Open(neverStarted.LocalAddress);
        Open(idle.LocalAddress);
    }

    [Fact]
    public void Transport_is_started_once()
    {
        UdpTransport transport = Open();
        transport.Start(new CollectingSink());

        Assert.Throws<InvalidOperationException>(() => transport.Start(new CollectingSink()));
    }

    [Fact]
    public async Task Transport_can_be_disposed_while_it_receives_and_others_send_with_it()
    {
        for (int round = 0; round < 5; round++)
        {
            UdpTransport doomed = Open(), other = Open();
            var sink = new CollectingSink();
            doomed.Start(sink);
            bool stop = false;
            Task[] senders =
            [
                Task.Factory.StartNew(() => Flood(other, doomed.LocalAddress), TaskCreationOptions.LongRunning),
                Task.Factory.StartNew(() => Flood(doomed, other.LocalAddress), TaskCreationOptions.LongRunning),
                Task.Factory.StartNew(() => Flood(doomed, doomed.LocalAddress), TaskCreationOptions.LongRunning),
            ];

            sink.WaitForDatagrams(200);
            doomed.Dispose();
            int received = sink.Datagrams.Count;
            Assert.False(sink.Caller!.IsAlive);

            // That the old sink hears nothing more is shown by a new one that hears.
            var newSink = new CollectingSink();
            Open(doomed.LocalAddress).Start(newSink);
            newSink.WaitForDatagrams(200);
            Assert.True(
                SpinWait.SpinUntil(() => doomed.Counters.SendFailures > 0, CollectingSink.Patience), "sending with a disposed transport counts as failure");
            Volatile.Write(ref stop, true);
            await Task.WhenAll(senders).WaitAsync(CollectingSink.Patience);
            Assert.Equal(received, sink.Datagrams.Count);
            Assert.Empty(sink.Failures);

            void Flood(UdpTransport from, PeerAddress to)
            {
                while (!Volatile.Read(ref stop))
                {
                    using ISendBatch batch = from.RentSendBatch();
                    Add(batch, to, [1, 2, 3]);
                    Add(batch, to, [4, 5, 6]);
                }
            }
        }
    }

    [Fact]
    public void Batch_that_outlives_its_transport_is_harmless()
    {
        UdpTransport receiver = Open(), doomed = Open();
        var sink = new CollectingSink();
        receiver.Start(sink);
        ISendBatch held = doomed.RentSendBatch();
        Add(held, receiver.LocalAddress, [1]);

        doomed.Dispose();
        UdpTransport heir = Open(); // most likely with the same descriptor number
        held.Dispose();
        Send(doomed, receiver.LocalAddress, [2]);
        Send(heir, receiver.LocalAddress, [3]);

        Assert.Equal([3], Assert.Single(sink.WaitForDatagrams(1)).Bytes);
        Assert.Equal(2, doomed.Counters.SendFailures);
        Assert.Equal(0, doomed.Counters.DatagramsOut);
    }

    [Fact]
    public void Dead_socket_is_reported_once_and_its_port_is_free_by_then()
    {
        UdpTransport dying = Open(), other = Open();
        UdpTransport? successor = null;
        var newSink = new CollectingSink();
        var sink = new CollectingSink { OnFailure = () => (successor = Open(dying.LocalAddress)).Start(newSink) };
        dying.Start(sink);

        Assert.Throws<SocketException>(() => dying.Socket.Shutdown(SocketShutdown.Receive));

        string reason = sink.WaitForFailure();
        Assert.Contains(dying.LocalAddress.ToString(), reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', reason);
        dying.Dispose();
        Assert.False(sink.Caller!.IsAlive);

        Send(other, dying.LocalAddress, [1]);
        newSink.WaitForDatagrams(1);
        Send(dying, other.LocalAddress, [2]);
        Assert.Equal(1, dying.Counters.SendFailures);
        Assert.Single(sink.Failures);
        Assert.Empty(sink.Datagrams);
    }

    [Fact]
    public void Sink_that_throws_costs_its_transport_and_nothing_more()
    {
        UdpTransport transport = Open();
        var sink = new CollectingSink { OnEach = () => throw new InvalidOperationException("a mistake\nin two lines") };
        transport.Start(sink);

        Send(transport, transport.LocalAddress, [1]);

        string reason = sink.WaitForFailure();
        Assert.Contains("a mistake", reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', reason);
        transport.Dispose();
        Assert.False(sink.Caller!.IsAlive);
    }

    [Fact]
    public void Sink_may_dispose_its_transport()
    {
        UdpTransport transport = Open(), sender = Open();
        using var isDisposed = new ManualResetEventSlim();
        var sink = new CollectingSink
        {
            OnEach = () =>
            {
                transport.Dispose();
                isDisposed.Set();
            },
        };
        using (ISendBatch batch = sender.RentSendBatch())
        {
            Add(batch, transport.LocalAddress, [1]);
            Add(batch, transport.LocalAddress, [2]);
        }

        transport.Start(sink);

        Assert.True(isDisposed.Wait(CollectingSink.Patience));
        Assert.True(sink.Caller!.Join(CollectingSink.Patience));
        Assert.Single(sink.Datagrams);
        Assert.Empty(sink.Failures);
    }

    [Fact]
    public void Sink_that_does_not_return_delays_dispose_by_a_bounded_time()
    {
        using ManualResetEventSlim isIn = new(), letGo = new();
        using UdpTransport transport = Create(AnyLoopbackPort, new TransportSettings(), UdpTransport.ReceiveRoomBytes);
        transport.EndTimeout = TimeSpan.FromMilliseconds(10);
        var sink = new CollectingSink
        {
            OnEach = () =>
            {
                isIn.Set();
                letGo.Wait(CollectingSink.Patience);
            },
        };
        transport.Start(sink);
        using (ISendBatch batch = transport.RentSendBatch())
        {
            Add(batch, transport.LocalAddress, [1]);
            Add(batch, transport.LocalAddress, [2]);
        }

        Assert.True(isIn.Wait(CollectingSink.Patience));
        transport.Dispose();

        Assert.True(transport.DidReceiverHang);
        Open(transport.LocalAddress);
        letGo.Set();
        Assert.True(sink.Caller!.Join(CollectingSink.Patience));
        Assert.Single(sink.Datagrams);
        Assert.Empty(sink.Failures);
    }

    [Fact]
    public void Port_in_use_is_one_clear_line()
    {
        UdpTransport first = Open();

        TransportException error = Assert.Throws<TransportException>(() => Open(first.LocalAddress));

        Assert.Equal($"UDP port {first.LocalAddress.Port} on 127.0.0.1 is already in use", error.Message);
    }

    [Fact]
    public void Address_of_another_machine_is_one_clear_line()
    {
        TransportException error = Assert.Throws<TransportException>(() => Open(Address("198.51.100.77:24254")));

        Assert.Equal("this machine has no address 198.51.100.77", error.Message);
    }

    [IPv6Fact]
    public void IPv6_loopback_works()
    {
        UdpTransport sender = Open(Address("[::1]:0")), receiver = Open(Address("[::1]:0"));
        var sink = new CollectingSink();
        receiver.Start(sink);

        Send(sender, Address("127.0.0.1:9"), [1]);
        Send(sender, receiver.LocalAddress, Payload(seed: 6, 5_888));

        (PeerAddress source, byte[] bytes) = Assert.Single(sink.WaitForDatagrams(1));
        Assert.Equal(sender.LocalAddress, source);
        Assert.Equal(Payload(seed: 6, 5_888), bytes);
        Assert.Equal(1, sender.Counters.SendFailures);
    }

    [IPv6Fact]
    public void IPv6_wildcard_leaves_the_port_of_IPv4_to_others()
    {
        UdpTransport four = Open(Address("0.0.0.0:0"));
        UdpTransport six = Open(Address("[::]:0").WithPort(four.LocalAddress.Port));
        UdpTransport fromFour = Open(), fromSix = Open(Address("[::1]:0"));
        CollectingSink fourSink = new(), sixSink = new();
        four.Start(fourSink);
        six.Start(sixSink);

        Send(fromFour, Address("127.0.0.1:0").WithPort(four.LocalAddress.Port), [4]);
        Send(fromSix, Address("[::1]:0").WithPort(six.LocalAddress.Port), [6]);

        Assert.Equal((fromFour.LocalAddress, 4), fourSink.WaitForDatagrams(1).Select(d => (d.Source, (int)d.Bytes[0])).Single());
        Assert.Equal((fromSix.LocalAddress, 6), sixSink.WaitForDatagrams(1).Select(d => (d.Source, (int)d.Bytes[0])).Single());
        four.Dispose();
        six.Dispose();
        Assert.False(fourSink.Caller!.IsAlive);
        Assert.False(sixSink.Caller!.IsAlive);
    }

    [Fact]
    public void Receiving_does_not_allocate()
    {
        const int WarmUp = 500, Windows = 3, Window = 1_000, BatchSize = 50;
        using var sink = new AllocationSink(WarmUp, Window, Windows);
        UdpTransport sender = Open(), receiver = Open();
        receiver.Start(sink);

        for (int sent = 0; sent < WarmUp + Windows * Window; sent += BatchSize)
        {
            sink.Credit.Take(BatchSize);
            using ISendBatch batch = sender.RentSendBatch();
            for (int i = 0; i < BatchSize; i++)
            {
                Add(batch, receiver.LocalAddress, [1, 2, 3]);
            }
        }

        // The runtime may do something once, such as compile a method anew; what a datagram or a batch costs is in every window.
        Assert.Equal(0, sink.WaitForWindows().Min());
    }

    [Fact]
    public void Sending_does_not_allocate()
    {
        UdpTransport sender = Open(), receiver = Open();
        PeerAddress to = receiver.LocalAddress;
        long before = 0;
        for (int round = 0; round < 200; round++)
        {
            if (round == 100)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            using ISendBatch batch = sender.RentSendBatch();
            for (int i = 0; i < 10; i++)
            {
                batch.Reserve(200).Fill((byte)i);
                batch.Commit(to, 200);
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(2_000, sender.Counters.DatagramsOut);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_025)]
    public void Batch_size_that_no_system_call_takes_is_refused(int batchDatagrams)
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            () => Open(settings: new TransportSettings(BatchDatagrams: batchDatagrams)));
    }

    private protected static PeerAddress Address(string text)
    {
        Assert.True(PeerAddress.TryParse(text, out PeerAddress address), text);
        return address;
    }

    private protected static void Add(ISendBatch batch, in PeerAddress to, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(batch.Reserve(bytes.Length));
        batch.Commit(to, bytes.Length);
    }

    private protected static void Send(ITransport from, in PeerAddress to, ReadOnlySpan<byte> bytes)
    {
        using ISendBatch batch = from.RentSendBatch();
        Add(batch, to, bytes);
    }

    private protected static byte[] Payload(int seed, int bytes)
    {
        byte[] payload = new byte[bytes];
        new Random(seed).NextBytes(payload);
        return payload;
    }

    private protected UdpTransport Open(
        PeerAddress? listen = null, TransportSettings? settings = null, int receiveRoomBytes = UdpTransport.ReceiveRoomBytes)
    {
        UdpTransport transport = Create(listen ?? AnyLoopbackPort, settings ?? new TransportSettings(), receiveRoomBytes);
        lock (_opened)
        {
            _opened.Add(transport);
        }

        return transport;
    }

    private protected abstract UdpTransport Create(PeerAddress listen, TransportSettings settings, int receiveRoomBytes);

    /// <summary>8 to 1,400 bytes that start with the two numbers and follow from them.</summary>
    private static byte[] Numbered(int sender, int number)
    {
        int seed = (sender * 1_000_003) + number;
        byte[] bytes = Payload(seed, 8 + (seed * 7 % 1_393));
        BinaryPrimitives.WriteInt32LittleEndian(bytes, sender);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), number);
        return bytes;
    }

    private static (int Sender, int Number) NumbersOf(byte[] bytes) =>
        (BinaryPrimitives.ReadInt32LittleEndian(bytes), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4)));

    private static void RunTogether(int threads, Action<int> run)
    {
        using var start = new Barrier(threads);
        Task[] tasks =
        [
            .. Enumerable.Range(0, threads).Select(n => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    run(n);
                },
                TaskCreationOptions.LongRunning)),
        ];
        Assert.True(Task.WaitAll(tasks, CollectingSink.Patience));
    }

    /// <summary>Keeps senders from having more datagrams under way than the smallest usual receive buffer holds.</summary>
    private sealed class Credit(int max) : IDisposable
    {
        private readonly SemaphoreSlim _left = new(max);

        public void Give() => _left.Release();

        public void Take(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Assert.True(_left.Wait(CollectingSink.Patience), "datagrams were lost");
            }
        }

        public void Dispose() => _left.Dispose();
    }

    /// <summary>Measures on the receiving thread what is allocated from one datagram to another.</summary>
    private sealed class AllocationSink(int from, int window, int windows) : IDatagramSink, IDisposable
    {
        private readonly ManualResetEventSlim _isDone = new();
        private readonly long[] _allocated = new long[windows];
        private int _seen;
        private long _before;

        public Credit Credit { get; } = new(max: 100);

        public void OnDatagram(in PeerAddress source, ReadOnlySpan<byte> datagram)
        {
            _seen++;
            var since = _seen - from;
            if (since >= 0 && since % window == 0)
            {
                var now = GC.GetAllocatedBytesForCurrentThread();
                if (since > 0)
                    _allocated[(since / window) - 1] = now - _before;
                _before = now;
                if (since == window * windows)
                    _isDone.Set();
            }

            Credit.Give();
        }

        public void OnBatchEnd()
        {
        }

        public void OnTransportFailed(string reason) => Assert.Fail(reason);

        public long[] WaitForWindows()
        {
            Assert.True(_isDone.Wait(CollectingSink.Patience));
            return _allocated;
        }

        public void Dispose()
        {
            _isDone.Dispose();
            Credit.Dispose();
        }
    }
}
