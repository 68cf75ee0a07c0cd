using BenchmarkDotNet.Attributes;
using Cjp2p.Actors.Content;

namespace Cjp2p.Benchmarks.Codec;

/// <summary>The rules of one span of 64 chunks, from the first request to the last answer; figures are for one chunk.</summary>
public class SpanStateBenchmarks
{
    private const int Chunks = SpanGeometry.SpanBytes / SpanGeometry.DefaultChunkBytes;
    private static readonly Func<int, TimeSpan> Timeout = attempt => TimeSpan.FromMilliseconds(50 * attempt);

    /// <summary>Chunks that are asked for, and that arrive, at a time.</summary>
    [Params(1, 8, 64)]
    public int AtATime { get; set; }

    /// <summary>Plan all, settle all, looking at the next deadline each time as the span's actor does.</summary>
    [Benchmark(OperationsPerInvoke = Chunks)]
    public int PlanAndSettle()
    {
        var state = new SpanState(SpanGeometry.SpanBytes, SpanGeometry.DefaultChunkBytes);
        Span<ushort> planned = stackalloc ushort[Chunks];
        var settled = 0;
        for (var i = 0; i < Chunks; i += AtATime)
            state.Plan(0, TimeSpan.FromMilliseconds(i), Timeout, race: false, planned.Slice(i, AtATime));
        for (var i = 0; i < Chunks; i += AtATime)
        {
            var arrived = default(ChunkSet);
            foreach (var chunk in planned.Slice(i, AtATime))
                arrived.Add(chunk);
            settled += state.OnArrived(0, arrived, TimeSpan.FromMilliseconds(Chunks + i)).Settlements[0].Acked;
            if (state.NextDeadline < TimeSpan.Zero)
                throw new InvalidOperationException("A deadline lies before the beginning.");
        }

        return state.IsComplete ? settled : throw new InvalidOperationException("The span is not complete.");
    }
}
