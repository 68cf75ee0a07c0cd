using BenchmarkDotNet.Attributes;

namespace Cjp2p.Benchmarks.Codec;

/// <summary>Writing one datagram into a buffer that is there.</summary>
public class WriterBenchmarks
{
    private readonly byte[] _buffer = new byte[65_507];

    /// <summary>What is written.</summary>
    [ParamsAllValues]
    public SampleKind Datagram { get; set; }

    /// <summary>Writes it.</summary>
    [Benchmark]
    public int Write() => SampleDatagrams.Write(Datagram, _buffer);
}
