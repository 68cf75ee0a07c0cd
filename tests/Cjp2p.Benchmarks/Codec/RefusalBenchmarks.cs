using BenchmarkDotNet.Attributes;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Benchmarks.Codec;

/// <summary>What a datagram costs that is refused: the price of a flood of them.</summary>
public class RefusalBenchmarks
{
    private readonly DatagramReader _reader = new(new WireLimits());
    private byte[] _datagram = [];

    /// <summary>What arrives.</summary>
    [ParamsAllValues]
    public GarbageKind Garbage { get; set; }

    /// <summary>Makes the datagram, and makes sure that it is refused.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _datagram = Garbage switch
        {
            GarbageKind.RandomBytes => SampleDatagrams.RandomBytes(1400),
            GarbageKind.CutContent => SampleDatagrams.Make(SampleKind.Content)[..^1],
            GarbageKind.ContentBadAtTheEnd => [.. SampleDatagrams.Make(SampleKind.Content), (byte)'x'],
            GarbageKind.DeepNesting => [.. Enumerable.Repeat((byte)'[', 65_507)],
            GarbageKind.NotAnArray => """{"PleaseSendPeers":{}}"""u8.ToArray(),
            _ => throw new InvalidOperationException(),
        };
        if (Refuse().Fault == DatagramFault.None)
            throw new InvalidOperationException($"{Garbage} is not refused.");
    }

    /// <summary>Until it is known to be of no use.</summary>
    [Benchmark]
    public DatagramResult Refuse() => _reader.Read(_datagram);
}

/// <summary>Which garbage.</summary>
public enum GarbageKind
{
    /// <summary>1400 random bytes.</summary>
    RandomBytes,

    /// <summary>A Content of 4096 bytes without its last byte.</summary>
    CutContent,

    /// <summary>A Content of 4096 bytes with one byte too many.</summary>
    ContentBadAtTheEnd,

    /// <summary>65,507 opening brackets.</summary>
    DeepNesting,

    /// <summary>A message that is not in an array.</summary>
    NotAnArray,
}
