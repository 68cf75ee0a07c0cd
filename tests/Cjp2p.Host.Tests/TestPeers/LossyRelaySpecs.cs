using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.TestPeers;

/// <summary>
/// The relay does to datagrams what it was told, in the shares it was told. The end of a test is always a clean datagram
/// that arrives after all others, never a time.
/// </summary>
public sealed class LossyRelaySpecs : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Socket _upstream = NewSocket();
    private readonly Socket _client = NewSocket();
    private readonly ManualTime _time = new();
    private readonly LossyRelay _relay;

    public LossyRelaySpecs() => _relay = new LossyRelay((IPEndPoint)_upstream.LocalEndPoint!, seed: 7, time: _time);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _relay.DisposeAsync();

    public void Dispose()
    {
        _upstream.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task Clean_relay_passes_both_ways_and_tells_clients_apart()
    {
        using Socket other = NewSocket();
        await SendAsync(_client, 1);
        (int first, IPEndPoint firstBack) = await ReceiveAsync(_upstream);
        await SendAsync(other, 2);
        (int second, IPEndPoint secondBack) = await ReceiveAsync(_upstream);
        Assert.Equal((1, 2), (first, second));
        Assert.NotEqual(firstBack, secondBack);

        await _upstream.SendToAsync(Numbered(20), secondBack);
        await _upstream.SendToAsync(Numbered(10), firstBack);
        Assert.Equal((10, _relay.Address), await ReceiveAsync(_client));
        Assert.Equal((20, _relay.Address), await ReceiveAsync(other));
        Assert.Equal(2, _relay.Clients);
        Assert.Equal((2, 2, 0, 0), Figures(_relay.UpstreamCounters));
        Assert.Equal((2, 2, 0, 0), Figures(_relay.ClientCounters));
    }

    [Fact]
    public async Task Loss_takes_its_share_and_only_that()
    {
        List<int> arrived = await SendManyAsync(1000, new LossyRelayOptions { Loss = 0.1 });

        RelayCounters counters = _relay.UpstreamCounters;
        Assert.InRange(counters.Dropped, 60, 140);
        Assert.Equal(1000 - counters.Dropped, arrived.Count);
        Assert.Equal(arrived.Order(), arrived);
        Assert.Equal(arrived.Count, arrived.Distinct().Count());
    }

    [Fact]
    public async Task Same_seed_loses_the_same_datagrams()
    {
        List<int> first = await SendManyAsync(300, new LossyRelayOptions { Loss = 0.3 });
        await using var again = new LossyRelay((IPEndPoint)_upstream.LocalEndPoint!, seed: 7);
        Assert.Equal(first, await SendManyAsync(300, new LossyRelayOptions { Loss = 0.3 }, again));
    }

    [Fact]
    public async Task Duplicates_arrive_twice()
    {
        List<int> arrived = await SendManyAsync(500, new LossyRelayOptions { Duplication = 0.2 });
        long twice = _relay.UpstreamCounters.Duplicated;
        Assert.InRange(twice, 60, 140);
        Assert.Equal(500 + twice, arrived.Count);
        Assert.Equal(500, arrived.Distinct().Count());
    }

    [Fact]
    public async Task Reordered_datagrams_go_on_after_so_many_later_ones()
    {
        List<int> arrived = await SendManyAsync(500, new LossyRelayOptions { Reordering = 0.1, ReorderAfter = 3 });
        Assert.Equal(Enumerable.Range(0, 500), arrived.Order());
        Assert.InRange(_relay.UpstreamCounters.Reordered, 25, 80);
        int late = arrived.Where((number, i) => arrived.Take(i).Any(n => n > number)).Count();
        Assert.Equal(_relay.UpstreamCounters.Reordered, late);
    }

    [Fact]
    public async Task Held_back_datagram_goes_on_after_its_time_when_no_other_comes()
    {
        _relay.ToUpstream = new LossyRelayOptions { Reordering = 1, ReorderAtMost = TimeSpan.FromMilliseconds(20) };
        await SendAsync(_client, 1);
        await ArrivedAtRelayAsync(1);
        _time.Advance(TimeSpan.FromMilliseconds(19));
        Assert.Equal(0, _relay.UpstreamCounters.Forwarded);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, (await ReceiveAsync(_upstream)).Number);
    }

    [Fact]
    public async Task Corruption_turns_exactly_one_bit()
    {
        _relay.ToUpstream = new LossyRelayOptions { Corruption = 1 };
        byte[] sent = ModelTransferSpecs.Random(1000);
        await _client.SendToAsync(sent, _relay.Address);
        byte[] buffer = new byte[2000];
        int length = await _upstream.ReceiveAsync(buffer).WaitAsync(Patience);
        Assert.Equal(1000, length);
        Assert.Equal(1, sent.Zip(buffer, (a, b) => int.PopCount(a ^ b)).Sum());
        Assert.Equal(1, _relay.UpstreamCounters.Corrupted);
    }

    [Fact]
    public async Task Delayed_datagram_arrives_when_its_time_has_come()
    {
        _relay.ToUpstream = new LossyRelayOptions { Delay = TimeSpan.FromMilliseconds(50) };
        await SendAsync(_client, 1);
        await ArrivedAtRelayAsync(1);
        _time.Advance(TimeSpan.FromMilliseconds(49));
        Assert.Equal(0, _relay.UpstreamCounters.Forwarded);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, (await ReceiveAsync(_upstream)).Number);
    }

    [Fact]
    public async Task Limited_line_sends_so_many_bytes_a_second_and_loses_what_its_queue_can_not_hold()
    {
        _relay.ToUpstream = new LossyRelayOptions { BytesPerSecond = 1000, QueueBytesMax = 2000 };
        for (int i = 0; i < 30; i++) await SendAsync(_client, i);
        await ArrivedAtRelayAsync(30);
        Assert.Equal((0, 10), (_relay.UpstreamCounters.Forwarded, _relay.UpstreamCounters.Overflowed)); // 100 bytes each
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(5, _relay.UpstreamCounters.Forwarded);
        _time.Advance(TimeSpan.FromSeconds(10));
        for (int i = 0; i < 20; i++) Assert.Equal(i, (await ReceiveAsync(_upstream)).Number);
    }

    [Fact]
    public async Task Options_can_change_while_it_runs()
    {
        _relay.SetBoth(new LossyRelayOptions { Loss = 1 });
        await SendAsync(_client, 1);
        await ArrivedAtRelayAsync(1);
        _relay.SetBoth(LossyRelayOptions.Clean);
        await SendAsync(_client, 2);
        Assert.Equal(2, (await ReceiveAsync(_upstream)).Number);
        Assert.Equal((2, 1, 1, 0), Figures(_relay.UpstreamCounters));
    }

    private static (long, long, long, long) Figures(RelayCounters c) => (c.Arrived, c.Forwarded, c.Dropped, c.Duplicated);

    private static Socket NewSocket()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static byte[] Numbered(int number)
    {
        byte[] datagram = new byte[100];
        BinaryPrimitives.WriteInt32LittleEndian(datagram, number);
        return datagram;
    }

    private static async Task<(int Number, IPEndPoint From)> ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[2000];
        using var patience = new CancellationTokenSource(Patience);
        SocketReceiveFromResult result = await socket.ReceiveFromAsync(
            buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), patience.Token);
        return (BinaryPrimitives.ReadInt32LittleEndian(buffer), (IPEndPoint)result.RemoteEndPoint);
    }

    private async Task SendAsync(Socket socket, int number, LossyRelay? relay = null) =>
        await socket.SendToAsync(Numbered(number), (relay ?? _relay).Address);

    /// <summary>Sends a few at a time, so that no socket buffer overflows, and a clean one after each few.</summary>
    private async Task<List<int>> SendManyAsync(int count, LossyRelayOptions options, LossyRelay? relay = null)
    {
        const int Few = 20;
        const int Mark = -1;
        relay ??= _relay;
        var arrived = new List<int>();
        for (int sent = 0; sent < count;)
        {
            relay.ToUpstream = options;
            for (int i = 0; i < Few; i++) await SendAsync(_client, sent++, relay);
            await ArrivedAtRelayAsync(sent + sent / Few - 1, relay);
            if (sent == count) _time.Advance(TimeSpan.FromSeconds(1)); // what is still held back
            relay.ToUpstream = LossyRelayOptions.Clean;
            await SendAsync(_client, Mark, relay);
            while ((await ReceiveAsync(_upstream)).Number is var number && number != Mark) arrived.Add(number);
        }

        return arrived;
    }

    /// <summary>Waits until the relay has seen so many datagrams.</summary>
    private async Task ArrivedAtRelayAsync(long count, LossyRelay? relay = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        while ((relay ?? _relay).UpstreamCounters.Arrived < count)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
