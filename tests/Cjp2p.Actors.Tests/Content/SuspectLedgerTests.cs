using Cjp2p.Actors.Content;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

/// <summary>The rules by which liars are found, played with sources that lie with a probability.</summary>
public sealed class SuspectLedgerTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.1)]
    [InlineData(0.05)]
    public void Of_ten_sources_of_which_four_lie_all_four_are_named_for_half_of_the_content_again(double lieRate)
    {
        for (var seed = 1; seed <= 5; seed++)
        {
            var world = new World(seed, chunks: 16_384, sources: 10, liars: 4, lieRate, collude: false);
            Assert.True(world.Play(), $"seed {seed}");
            Assert.Equal([0, 1, 2, 3], world.Named);
            Assert.InRange(world.AskedAgain, 1, 16_384 / 2);
        }
    }

    // One lie in the whole content: everything may have to be asked again, but no more than that, and the content is had.
    [Fact]
    public void Single_wrong_chunk_is_found_and_its_giver_named()
    {
        var world = new World(7, chunks: 4096, sources: 5, liars: 0, 0, collude: false);
        world.Spoil(1234);
        Assert.True(world.Play());
        Assert.Single(world.Named);
        Assert.InRange(world.AskedAgain, 1, 4096 * 1.25);
    }

    [Fact]
    public void Liars_who_agree_outvote_others_for_chunks_but_not_for_the_hash()
    {
        var right = 0;
        for (var seed = 1; seed <= 10; seed++)
        {
            var world = new World(seed, chunks: 2048, sources: 9, liars: 3, 0.3, collude: true);
            if (world.Play())
            {
                right++;
                Assert.Equal([0, 1, 2], world.Named);
            }
        }

        Assert.InRange(right, 8, 10);
    }

    [Fact]
    public void Honest_sources_are_never_named_whatever_the_others_do() =>
        Gen.Select(Gen.Int[1, 1_000_000], Gen.Int[3, 12], Gen.Int[0, 12], Gen.Double[0, 1], Gen.Bool, Gen.Int[65, 2000])
            .Sample((seed, sources, liars, rate, collude, chunks) =>
            {
                liars = Math.Min(liars, sources);
                var world = new World(seed, chunks, sources, liars, rate, collude);
                if (world.Play())
                    Assert.All(world.Named, named => Assert.InRange(named, 0, liars - 1));
            }, iter: 200);

    [Fact]
    public void Two_sources_are_too_few_to_tell_who_is_wrong()
    {
        var ledger = new SuspectLedger(10_000_000, new Random(1));
        Assert.False(ledger.OnMismatch([0, 1]));
        Assert.False(ledger.HasWork);
    }

    [Fact]
    public void Content_that_is_too_long_costs_no_memory_and_is_not_judged()
    {
        var ledger = new SuspectLedger(((long)SuspectLedger.SpansMax + 1) * SpanGeometry.SpanBytes, new Random(1));
        ledger.Given(5, new ushort[64]);
        Assert.True(ledger.IsTooLong);
        Assert.False(ledger.OnMismatch([0, 1, 2]));
        Assert.False(new SuspectLedger((long)SuspectLedger.SpansMax * SpanGeometry.SpanBytes, new Random(1)).IsTooLong);
    }

    [Fact]
    public void What_a_liar_caught_elsewhere_gave_is_asked_of_others_and_only_that()
    {
        var ledger = new SuspectLedger(4 * SpanGeometry.SpanBytes, new Random(1));
        var givers = new ushort[64];
        givers[5] = givers[60] = 7;
        ledger.Given(2, givers);
        ledger.Doubt(7);
        Assert.Null(ledger.Next(7));
        Assert.Equal(new AuditTask(2, (1UL << 5) | (1UL << 60)), ledger.Next(1));
        Assert.True(ledger.HasWork);
        Assert.True(ledger.CanGoOn([7]));
    }

    [Fact]
    public void Task_that_was_abandoned_is_given_to_another()
    {
        var ledger = new SuspectLedger(SpanGeometry.SpanBytes, new Random(1));
        ledger.Given(0, Enumerable.Repeat((ushort)1, 64).ToArray());
        ledger.Doubt(1);
        var task = ledger.Next(2)!;
        Assert.Null(ledger.Next(3));
        ledger.Abandon(task);
        Assert.Equal(task, ledger.Next(3));
    }

    /// <summary>A content of chunks that are numbers: 0 is right.</summary>
    private sealed class World
    {
        private const int PerSpan = 64;
        private readonly Random _random;
        private readonly SuspectLedger _ledger;
        private readonly int[] _disk;
        private readonly int _sources;
        private readonly int _liars;
        private readonly double _lieRate;
        private readonly bool _collude;
        private readonly HashSet<(ushort, int)> _lied = [];

        public World(int seed, int chunks, int sources, int liars, double lieRate, bool collude)
        {
            _random = new Random(seed);
            _sources = sources;
            _liars = liars;
            _lieRate = lieRate;
            _collude = collude;
            _disk = new int[chunks];
            _ledger = new SuspectLedger((long)chunks * SpanGeometry.DefaultChunkBytes, new Random(seed + 1));
            for (var first = 0; first < chunks; first += PerSpan)
            {
                // A few sources share a span, in runs.
                var givers = new ushort[Math.Min(PerSpan, chunks - first)];
                var giver = (ushort)_random.Next(sources);
                for (var i = 0; i < givers.Length; i++)
                {
                    if (i % 20 == 0)
                        giver = (ushort)_random.Next(sources);
                    givers[i] = giver;
                    _disk[first + i] = Give(giver, first + i);
                }

                _ledger.Given(first / PerSpan, givers);
            }
        }

        public int AskedAgain { get; private set; }

        public int[] Named { get; private set; } = [];

        public void Spoil(int chunk) => _disk[chunk] = 99;

        /// <summary>Plays until the content is right (true) or nothing more can be found out.</summary>
        public bool Play()
        {
            ushort[] all = [.. Enumerable.Range(0, _sources).Select(i => (ushort)i)];
            while (_disk.Any(chunk => chunk != 0))
            {
                if (!_ledger.OnMismatch(all))
                    return false;
                while (_ledger.HasWork)
                {
                    if (!_ledger.CanGoOn(all))
                    {
                        _ledger.GiveUpWaiting();
                        break;
                    }

                    foreach (var source in all.OrderBy(_ => _random.Next()))
                    {
                        if (_ledger.Next(source) is { } task)
                            Answer(source, task);
                    }
                }
            }

            Named = [.. _ledger.Liars().Select(liar => (int)liar.Source)];
            return true;
        }

        private void Answer(ushort source, AuditTask task)
        {
            var heard = new List<AuditedChunk>();
            for (var i = 0; i < PerSpan; i++)
            {
                if ((task.Chunks >> i & 1) == 0)
                    continue;
                var chunk = task.Span * PerSpan + i;
                var before = _disk[chunk];
                var now = _disk[chunk] = Give(source, chunk);
                AskedAgain++;
                heard.Add(new AuditedChunk(i, source, before == now, (UInt128)before, (UInt128)now));
            }

            _ledger.OnAudited(task, heard.ToArray());
        }

        private int Give(ushort source, int chunk)
        {
            if (source >= _liars || _random.NextDouble() >= _lieRate)
                return 0;
            _lied.Add((source, chunk));
            return _collude ? 1 : 1 + source;
        }
    }
}
