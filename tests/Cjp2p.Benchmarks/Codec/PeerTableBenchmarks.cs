using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Benchmarks.Codec;

/// <summary>The table of peers, full.</summary>
public class PeerTableBenchmarks
{
    private readonly Random _random = new(1);
    private readonly AddressPolicy _policy = new(true, true, []);
    private PeerTable _table = new(NodeSettings.Default.Peers);
    private TimeSpan _now;
    private uint _next;

    /// <summary>Peers in it.</summary>
    [Params(10_000)]
    public int Peers { get; set; }

    /// <summary>Fills it.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _table = new PeerTable(NodeSettings.Default.Peers with { PeersMax = Peers });
        for (_next = 0; _next < Peers; _next++)
            _table.AddVerified(Address(_next), TimeSpan.Zero, _random);
    }

    /// <summary>A peer that we know is heard of again.</summary>
    [Benchmark]
    public bool HearOfKnownPeer() => _table.AddVerified(_table.Peers[(int)(_next++ % Peers)].Address, Tick(), _random);

    /// <summary>A new peer, for which another has to go.</summary>
    [Benchmark]
    public bool HearOfNewPeer() => _table.AddVerified(Address(_next++), Tick(), _random);

    /// <summary>The peers that are told to whoever asks (once in a while, not each time).</summary>
    [Benchmark]
    public ImmutableArray<PeerAddress> Sample() => _table.Sample(NodeSettings.Default.Peers.ReplyPeersMax, _random);

    /// <summary>Addresses that somebody named, and taking them out again to be tried.</summary>
    [Benchmark]
    public int AddAndTakeHearsay()
    {
        Span<PeerAddress> named = stackalloc PeerAddress[16];
        foreach (ref var address in named)
            address = Address(_next++);
        _table.AddHearsay(named, _policy);
        return _table.TakeHearsay(named.Length).Length;
    }

    /// <summary>Peers to be asked in one round of discovery.</summary>
    [Benchmark]
    public int TakeProbes()
    {
        var probes = _table.TakeProbes(NodeSettings.Default.Peers.ProbesPerRound, Tick(), _random, out _);
        // They answer, so that none is forgotten.
        foreach (var probe in probes)
            _table.AddVerified(probe, _now, _random);
        return probes.Length;
    }

    private static PeerAddress Address(uint number) => PeerAddress.FromIPv4(0x0A00_0000u + number % 0x00FF_FFFF, 24_254);

    private TimeSpan Tick() => _now += TimeSpan.FromMilliseconds(1);
}
