using Cjp2p.Actors.Content;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class SpanStateTests
{
    private const int ChunkBytes = 4096;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4095, 1)]
    [InlineData(4096, 1)]
    [InlineData(4097, 2)]
    [InlineData(SpanGeometry.SpanBytes, 64)]
    public void Span_has_as_many_chunks_as_its_bytes_need(int bytes, int chunks)
    {
        var state = new SpanState(bytes, ChunkBytes);
        Assert.Equal((chunks, chunks, 0), (state.ChunkCount, state.Unrequested, state.Outstanding));
        Assert.Equal(TimeSpan.MaxValue, state.NextDeadline);
    }

    [Fact]
    public void Chunks_are_asked_for_once_lowest_first()
    {
        var state = State(5);
        Assert.Equal([0, 1, 2], Plan(state, 1, 0, 3));
        Assert.Equal([3, 4], Plan(state, 2, 0, 3));
        Assert.Empty(Plan(state, 2, 0, 3));
        Assert.Equal((5, 0), (state.Outstanding, state.Unrequested));
    }

    [Fact]
    public void Answered_chunks_are_settled_with_their_round_trip()
    {
        var state = State(3);
        Plan(state, 7, 10, 3);
        var outcome = state.OnArrived(7, Chunks(0, 2), At(11.5));
        var settled = Assert.Single(outcome.Settlements.ToArray());
        Assert.Equal((7, 2, 0, 0), (settled.Source, settled.Acked, settled.Lost, settled.Cancelled));
        Assert.Equal(TimeSpan.FromSeconds(1.5), outcome.RoundTrip);
        Assert.Equal((1, 0), (state.Outstanding, state.Unrequested));
        Assert.False(state.IsComplete);
        state.OnArrived(7, Chunks(1), At(12));
        Assert.True(state.IsComplete);
    }

    // Karn's rule: which of two requests is answered cannot be known.
    [Fact]
    public void Chunk_asked_for_twice_says_nothing_about_time()
    {
        var state = State(1);
        Plan(state, 7, 0, 1);
        state.OnDeadline(At(1));
        Plan(state, 7, 1, 1);
        Assert.Equal(2, state.Attempts(0));
        Assert.Equal(TimeSpan.Zero, state.OnArrived(7, Chunks(0), At(1.1)).RoundTrip);
    }

    [Fact]
    public void Overdue_chunks_are_lost_and_asked_for_again()
    {
        var state = State(2);
        Plan(state, 1, 0, 1);
        Plan(state, 1, 0.5, 1);
        Assert.Equal(At(1), state.NextDeadline);
        Assert.Empty(state.OnDeadline(At(0.999)).Settlements.ToArray());
        Assert.Equal(1, Assert.Single(state.OnDeadline(At(1)).Settlements.ToArray()).Lost);
        Assert.Equal((1, 1), (state.Outstanding, state.Unrequested));
        Assert.Equal([0], Plan(state, 2, 1, 5));
    }

    [Fact]
    public void Each_attempt_waits_as_long_as_it_is_told()
    {
        var state = State(1);
        var attempts = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            state.Plan(1, At(i * 10), attempt =>
            {
                attempts.Add(attempt);
                return Second * attempt;
            }, false, new ushort[1]);
            Assert.Equal(At(i * 10) + Second * (i + 1), state.NextDeadline);
            state.OnDeadline(At(i * 10 + 9));
        }

        Assert.Equal([1, 2, 3], attempts);
    }

    [Fact]
    public void Chunk_from_somebody_else_cancels_the_request()
    {
        var state = State(2);
        Plan(state, 1, 0, 2);
        var outcome = state.OnArrived(2, Chunks(0), At(0.1));
        var settled = Assert.Single(outcome.Settlements.ToArray());
        Assert.Equal((1, 0, 1), (settled.Source, settled.Acked, settled.Cancelled));
        Assert.Equal(TimeSpan.Zero, outcome.RoundTrip);
    }

    [Fact]
    public void Useless_answer_loses_that_request_of_that_source_only()
    {
        var state = State(3);
        Plan(state, 1, 0, 3);
        Plan(state, 2, 0, 3, race: true);
        var settled = Assert.Single(state.OnUseless(1, Chunks(0, 1)).Settlements.ToArray());
        Assert.Equal((1, 2), (settled.Source, settled.Lost));
        Assert.Equal(4, state.Outstanding);
    }

    [Fact]
    public void Source_that_is_given_up_is_no_longer_waited_for()
    {
        var state = State(4);
        Plan(state, 1, 0, 2);
        Plan(state, 2, 0, 2);
        Assert.Equal(2, Assert.Single(state.OnSourceGone(1).Settlements.ToArray()).Cancelled);
        Assert.Equal([0, 1], Plan(state, 3, 0, 4));
    }

    [Fact]
    public void Race_asks_for_what_others_are_slow_with_but_of_two_at_the_most_and_never_twice_of_one()
    {
        var state = State(2);
        Plan(state, 1, 0, 2);
        Assert.Empty(Plan(state, 2, 0, 2));
        Assert.Equal([0, 1], Plan(state, 2, 0, 2, race: true));
        Assert.Empty(Plan(state, 1, 0, 2, race: true));
        Assert.Empty(Plan(state, 3, 0, 2, race: true));
        Assert.Equal(4, state.Outstanding);
    }

    [Fact]
    public void Span_too_long_for_its_sets_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpanState(SpanGeometry.SpanBytes, 511));

    [Fact]
    public void Requests_are_conserved_and_no_chunk_is_ever_forgotten() =>
        Gen.Select(Gen.Int[1, 64], Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3], Gen.Int[0, 63], Gen.Int[1, 12]).Array[0, 200])
            .Sample((chunkCount, acts) =>
            {
                var state = State(chunkCount);
                // The model: who is waited for with which chunk, and until when.
                var asked = new Dictionary<(int Chunk, int Source), TimeSpan>();
                var arrived = new HashSet<int>();
                var now = TimeSpan.Zero;
                foreach (var (act, source, at, count) in acts)
                {
                    now += TimeSpan.FromMilliseconds(137);
                    var range = Range(at, count, chunkCount);
                    switch (act)
                    {
                        case 0 or 1:
                            foreach (var chunk in Plan(state, source, now.TotalSeconds, count, race: act == 1))
                            {
                                Assert.DoesNotContain(chunk, arrived);
                                Assert.InRange(
                                    asked.Keys.Count(one => one.Chunk == chunk), 0, act == 0 ? 0 : SpanState.SourcesPerChunkMax - 1);
                                asked.Add((chunk, source), now + Second);
                            }

                            break;
                        case 2:
                            Settled(
                                state.OnArrived(source, range, now), asked, (one, _) => range.Contains(one.Chunk),
                                one => one == source ? "acked" : "cancelled");
                            for (var i = range.NextAt(0); i >= 0; i = range.NextAt(i + 1))
                                arrived.Add(i);
                            break;
                        case 3:
                            Settled(state.OnDeadline(now), asked, (_, deadline) => deadline <= now, _ => "lost");
                            break;
                        case 4:
                            Settled(
                                state.OnUseless(source, range), asked,
                                (one, _) => one.Source == source && range.Contains(one.Chunk), _ => "lost");
                            break;
                        default:
                            Settled(state.OnSourceGone(source), asked, (one, _) => one.Source == source, _ => "cancelled");
                            break;
                    }

                    Assert.Equal(asked.Count, state.Outstanding);
                    Assert.Equal(asked.Count == 0 ? TimeSpan.MaxValue : asked.Values.Min(), state.NextDeadline);
                    Assert.Equal(chunkCount - arrived.Union(asked.Keys.Select(one => one.Chunk)).Count(), state.Unrequested);
                    Assert.Equal(arrived.Count == chunkCount, state.IsComplete);
                    Assert.Equal(arrived.Count, state.Arrived.Count);
                }
            });

    [Fact]
    public void Span_completes_under_any_pattern_of_loss() =>
        Gen.Select(Gen.Int[1, 64], Gen.Int[0, 99], Gen.Int, Gen.Int[1, 3]).Sample((chunkCount, lossPercent, seed, sources) =>
        {
            var state = State(chunkCount);
            var random = new Random(seed);
            var now = 0.0;
            for (var round = 0; round < 5000 && !state.IsComplete; round++)
            {
                for (var source = 0; source < sources; source++)
                {
                    foreach (var chunk in Plan(state, source, now, 16, race: true))
                    {
                        if (random.Next(100) >= lossPercent)
                            state.OnArrived(source, Chunks(chunk), At(now + 0.01));
                    }
                }

                now += 2;
                state.OnDeadline(At(now));
            }

            Assert.True(state.IsComplete);
            Assert.Equal((0, 0), (state.Outstanding, state.Unrequested));
        });

    // What came out must be exactly what the model takes out, source by source.
    private static void Settled(
        SpanOutcome outcome,
        Dictionary<(int Chunk, int Source), TimeSpan> asked,
        Func<(int Chunk, int Source), TimeSpan, bool> which,
        Func<int, string> fate)
    {
        var expected = asked.Where(one => which(one.Key, one.Value)).Select(one => one.Key).ToArray();
        Assert.Equal(
            expected.GroupBy(one => one.Source).Select(group => (group.Key, fate(group.Key), group.Count())).Order(),
            outcome.Settlements.ToArray().Select(one =>
            {
                var fates = new[] { ("acked", one.Acked), ("lost", one.Lost), ("cancelled", one.Cancelled) };
                var (name, count) = Assert.Single(fates, entry => entry.Item2 > 0);
                return (one.Source, name, count);
            }).Order());
        foreach (var one in expected)
            asked.Remove(one);
    }

    private static SpanState State(int chunks) => new(chunks * ChunkBytes, ChunkBytes);

    private static ushort[] Plan(SpanState state, int source, double now, int most, bool race = false)
    {
        var chunks = new ushort[most];
        return chunks[..state.Plan(source, At(now), _ => Second, race, chunks)];
    }

    private static ChunkSet Range(int from, int count, int chunkCount)
    {
        var set = default(ChunkSet);
        for (var i = from % chunkCount; i < chunkCount && count-- > 0; i++)
            set.Add(i);
        return set;
    }

    private static ChunkSet Chunks(params int[] chunks)
    {
        var set = default(ChunkSet);
        foreach (var chunk in chunks)
            set.Add(chunk);
        return set;
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
}
