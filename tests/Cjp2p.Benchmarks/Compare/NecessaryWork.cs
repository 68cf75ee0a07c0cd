using System.Buffers.Text;
using System.Security.Cryptography;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Compare;

/// <summary>
/// What no program of this protocol can leave out, and nothing else: base64 one way in the source and the other way in the fetcher, the
/// datagrams, SHA-256 of the whole and writing it. Done by one thread with warm code and warm caches, and counted as if it could be spread
/// evenly over all processors without any coordination: a bound that a fetch can come near to, not reach.
/// </summary>
internal static class NecessaryWork
{
    /// <summary>Measures it for a file, with the datagrams of a plain loop that has just run.</summary>
    public static TransferRun Measure(TestFile file, string target, TransferRun datagrams)
    {
        var span = new byte[SpanGeometry.SpanBytes];
        RandomNumberGenerator.Fill(span);
        var bytes = span.AsSpan(0, PlainUdpChild.LargeChunkBytes);
        var text = new byte[Base64.GetMaxEncodedToUtf8Length(bytes.Length)];
        var chunks = file.LengthBytes / bytes.Length;
        var spans = file.LengthBytes / span.Length;

        var encoding = Measure(chunks, _ => FastBase64.Encode(span.AsSpan(0, PlainUdpChild.LargeChunkBytes), text));
        if (!FastBase64.TryDecode(text, bytes, isFinal: true, out var decoded) || decoded != bytes.Length)
            throw new TransferException("What was encoded cannot be decoded.");
        var decoding = Measure(chunks, _ => FastBase64.TryDecode(text, span.AsSpan(0, PlainUdpChild.LargeChunkBytes), isFinal: true, out int _));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var hashing = Measure(spans, _ => hash.AppendData(span));
        file.TakeMemory();
        using var written = File.OpenHandle(target, FileMode.CreateNew, FileAccess.Write);
        var writing = Measure(spans, number => RandomAccess.Write(written, span, number * span.Length));
        File.Delete(target);

        var source = datagrams.SourceProcessor + encoding;
        var fetcher = datagrams.FetcherProcessor + decoding + hashing + writing;
        return new TransferRun(false, file.LengthBytes, source, fetcher, 0, 0)
        {
            Wall = (source + fetcher) / Environment.ProcessorCount,
        };
    }

    // Processor time, whoever else runs on the machine; the first time around compiles.
    private static TimeSpan Measure(long times, Action<long> once)
    {
        once(0);
        var before = Environment.CpuUsage.TotalTime;
        for (var number = 0L; number < times; number++)
            once(number);
        return Environment.CpuUsage.TotalTime - before;
    }
}
