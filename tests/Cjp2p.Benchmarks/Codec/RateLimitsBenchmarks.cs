using BenchmarkDotNet.Attributes;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Benchmarks.Codec;

/// <summary>What a limit costs each answer, when so many peers want more than there is.</summary>
public class RateLimitsBenchmarks
{
    private const long Rate = 10_000_000;
    private static readonly DateTimeOffset Noon = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);
    private RateLimits _limits = new(new RateSettings(0, 0, 0, null, 0, 0));
    private TimeSpan _now;
    private uint _next;

    /// <summary>Peers that ask in turn.</summary>
    [Params(1, 300, 10_000)]
    public int Peers { get; set; }

    /// <summary>Makes the limits.</summary>
    [GlobalSetup]
    public void SetUp() => _limits = new RateLimits(new RateSettings(Rate, 0, Rate / 10, null, 0, 0));

    /// <summary>One request of one of them, four times as many as there is room for.</summary>
    [Benchmark]
    public bool TryUpload()
    {
        _now += TimeSpan.FromMicroseconds(100);
        return _limits.TryUpload(PeerAddress.FromIPv4(0x0A00_0000u + (_next++ % (uint)Peers), 24_254), 4096, _now, Noon);
    }
}
