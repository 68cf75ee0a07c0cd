using BenchmarkDotNet.Attributes;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Benchmarks.Codec;

/// <summary>What is done with the base64 of a Content of 4096 bytes.</summary>
public class ContentBytesBenchmarks
{
    private readonly DatagramReader _reader = new(new WireLimits());
    private readonly byte[] _datagram = SampleDatagrams.Make(SampleKind.Content);
    private readonly byte[] _span = new byte[SampleDatagrams.Chunk.Length];
    private WireElement _content;

    /// <summary>Reads the datagram once.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _reader.Read(_datagram);
        _content = _reader.Elements[0];
        if (!DecodeBase64() || !_span.AsSpan().SequenceEqual(SampleDatagrams.Chunk))
            throw new InvalidOperationException("The content is not decoded.");
    }

    /// <summary>Into a buffer that is there.</summary>
    [Benchmark]
    public bool DecodeBase64() => WireDecode.TryDecodeBase64(_datagram, _content, _span, out _);

    /// <summary>The whole datagram: read, then decode.</summary>
    [Benchmark]
    public bool ReadAndDecode()
    {
        _reader.Read(_datagram);
        return WireDecode.TryDecodeBase64(_datagram, _reader.Elements[0], _span, out _);
    }
}
