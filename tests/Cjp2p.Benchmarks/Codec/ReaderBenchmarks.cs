using BenchmarkDotNet.Attributes;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Benchmarks.Codec;

/// <summary>Reading one well-formed datagram: as nodes do it (short cut first), and by the full reader alone.</summary>
public class ReaderBenchmarks
{
    private readonly DatagramReader _reader = new(new WireLimits());
    private byte[] _datagram = [];

    /// <summary>What is read.</summary>
    [ParamsAllValues]
    public SampleKind Datagram { get; set; }

    /// <summary>Makes the datagram, and makes sure that it is read.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _datagram = SampleDatagrams.Make(Datagram);
        if (_reader.Read(_datagram) is not { Fault: DatagramFault.None, Elements: > 0, Skipped: 0 })
            throw new InvalidOperationException($"{Datagram} is not read.");
    }

    /// <summary>As nodes do it.</summary>
    [Benchmark(Baseline = true)]
    public DatagramResult Read() => _reader.Read(_datagram);

    /// <summary>By the full reader alone.</summary>
    [Benchmark]
    public DatagramResult ReadSlowly() => _reader.ReadSlowly(_datagram);
}
