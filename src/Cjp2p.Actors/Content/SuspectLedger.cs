using System.Collections.Immutable;
using System.Numerics;

namespace Cjp2p.Actors.Content;

/// <summary>
/// Who gave which part of a content whose hash is known only as a whole, and who is to be doubted when that hash is wrong.
/// Parts are then asked of somebody else, a sample of everybody's first; where two differ a third is heard, and all that
/// came from whoever stands alone is fetched again. Nobody is guilty before the whole is right: then whoever gave
/// something else is proven to have lied, and nobody who did not. Pure state of one download.
/// </summary>
/// <remarks>
/// Parts are chunks of 4 KiB, 64 to a span. Memory is up to 136 bytes a span, for <see cref="SpansMax"/> spans at the most,
/// and what was said about chunks that somebody contradicted, for <see cref="ContestedMax"/> of them. Liars who agree on
/// the same wrong bytes outvote others for a chunk, not for the hash: then further sources are heard.
/// </remarks>
public sealed class SuspectLedger
{
    /// <summary>Spans of a content of which it is remembered who gave what; a longer one is fetched from one source alone when it is wrong.</summary>
    public const int SpansMax = 1 << 18;

    /// <summary>Contradicted chunks remembered.</summary>
    public const int ContestedMax = 1 << 16;

    /// <summary>Number of a source that is not known: what an earlier run left.</summary>
    public const ushort Unknown = ushort.MaxValue;

    /// <summary>Chunks of one source that the first round looks at; each round looks at twice as many.</summary>
    public const int FirstSample = 32;

    /// <summary>Times that the hash may be wrong before it is given up to find out why.</summary>
    public const int RoundsMax = 40;

    private const int TaskChunksMax = 16;
    private const int SampleRun = 8;
    private const int SpansLookedAt = 1024;
    private const int ChunksPerSpan = SpanGeometry.SpanBytes / SpanGeometry.DefaultChunkBytes;

    private readonly Random _random;
    private readonly int _lastChunks;
    private readonly ushort[][] _givers;
    private readonly Dictionary<ushort, ushort[]> _uniform = [];
    private readonly Dictionary<int, List<Testimony>> _contested = [];
    private readonly HashSet<ushort> _suspects = [];
    private readonly HashSet<ushort> _sources = [];
    private readonly HashSet<int> _busy = [];
    private readonly SortedDictionary<int, ulong> _wanted = [];
    private ulong[] _checked = [];
    private int _sample = FirstSample;
    private int _cursor;
    private int _rounds;

    /// <param name="lengthBytes">Length of the content.</param>
    /// <param name="random">Chooses samples.</param>
    public SuspectLedger(long lengthBytes, Random random)
    {
        _random = random;
        var spans = SpanGeometry.SpanCount(lengthBytes);
        IsTooLong = spans > SpansMax;
        _givers = new ushort[IsTooLong ? 0 : spans][];
        Array.Fill(_givers, Uniform(Unknown));
        _lastChunks = spans == 0
            ? 0
            : SpanGeometry.ChunkCount(SpanGeometry.SpanLength(spans - 1, lengthBytes), SpanGeometry.DefaultChunkBytes);
    }

    /// <summary>Whether the content is too long to remember who gave what.</summary>
    public bool IsTooLong { get; }

    /// <summary>Whether something is being asked again, or has to be before the hash is worth another look.</summary>
    public bool HasWork => _busy.Count > 0 || _wanted.Count > 0;

    /// <summary>Sources that are doubted now.</summary>
    public IReadOnlyCollection<ushort> Suspects => _suspects;

    /// <summary>A span is on the disk, given as a whole.</summary>
    /// <param name="span">Its number.</param>
    /// <param name="givers">Number of the source of each of its chunks.</param>
    public void Given(int span, ReadOnlySpan<ushort> givers)
    {
        if (span >= _givers.Length || givers.Length != Chunks(span))
            return;
        _givers[span] = givers.ContainsAnyExcept(givers[0]) ? givers.ToArray() : Uniform(givers[0]);
        if (_checked.Length > 0)
            _checked[span] = 0;
        _wanted.Remove(span);
        foreach (var giver in givers)
        {
            if (giver != Unknown)
                _sources.Add(giver);
        }

        // What was said of it before says nothing of what is on the disk now.
        for (var i = 0; _contested.Count > 0 && i < givers.Length; i++)
            _contested.Remove(span * ChunksPerSpan + i);
    }

    /// <summary>
    /// The hash of the whole is wrong. Decides what to ask again; false when that cannot show anything: too few to ask, or
    /// everything was confirmed by a second source and it is wrong all the same.
    /// </summary>
    /// <param name="canAsk">Sources that can be asked now.</param>
    public bool OnMismatch(IReadOnlyCollection<ushort> canAsk)
    {
        ArgumentNullException.ThrowIfNull(canAsk);
        // Two who contradict each other are no proof.
        if (IsTooLong || canAsk.Count < 3 || ++_rounds > RoundsMax)
            return false;
        if (_checked.Length == 0)
            _checked = new ulong[_givers.Length];
        for (var isMore = true; _wanted.Count == 0 && isMore;)
            isMore = AddSample();
        // Everything has been confirmed by a second source, and it is wrong all the same.
        if (_wanted.Count == 0)
            HearFurther(canAsk);
        // Whoever is not doubted has vouched for itself alone: then the others are heard again.
        if (!CanGoOn(canAsk))
            _suspects.Clear();
        if (CanGoOn(canAsk))
            return true;
        _wanted.Clear();
        return false;
    }

    /// <summary>What <paramref name="source"/> may be asked again now: some chunks of one span that others gave. Null: nothing.</summary>
    public AuditTask? Next(ushort source)
    {
        if (_wanted.Count == 0 || (_suspects.Contains(source) && !_sources.IsSubsetOf(_suspects)))
            return null;
        var looked = 0;
        foreach (var (span, wanted) in _wanted.Where(pair => pair.Key >= _cursor).Concat(_wanted.Where(pair => pair.Key < _cursor)))
        {
            if (++looked > SpansLookedAt)
            {
                _cursor = span;
                return null;
            }

            if (_busy.Contains(span) || ChunksFor(source, span, wanted) is not (not 0 and var chunks))
                continue;
            Unwant(span, chunks);
            _busy.Add(span);
            return new AuditTask(span, chunks);
        }

        return null;
    }

    /// <summary>What was asked could not be had; somebody else is asked.</summary>
    public void Abandon(AuditTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        _busy.Remove(task.Span);
        Want(task.Span, task.Chunks);
    }

    /// <summary>Chunks that were asked again are on the disk now.</summary>
    /// <param name="task">Which.</param>
    /// <param name="heard">Who gave each of them, and how it compares with what was there.</param>
    public void OnAudited(AuditTask task, ReadOnlySpan<AuditedChunk> heard)
    {
        ArgumentNullException.ThrowIfNull(task);
        _busy.Remove(task.Span);
        foreach (ref readonly var one in heard)
            Hear(task.Span, one);
    }

    /// <summary>Everything that <paramref name="source"/> gave is to be asked of somebody else: it was caught, here or elsewhere.</summary>
    public void Doubt(ushort source)
    {
        if (!_suspects.Add(source))
            return;
        for (var span = 0; span < _givers.Length; span++)
        {
            var given = ChunksOf(source, span);
            if (given != 0)
                Want(span, given);
        }
    }

    /// <summary>What waits can be asked of nobody who is there: it is given up until the hash has been looked at.</summary>
    public void GiveUpWaiting() => _wanted.Clear();

    /// <summary>Whether any of <paramref name="canAsk"/> may be asked for something that waits.</summary>
    public bool CanGoOn(IEnumerable<ushort> canAsk) =>
        _busy.Count > 0
        || canAsk.Any(source => (!_suspects.Contains(source) || _sources.IsSubsetOf(_suspects))
            && _wanted.Any(pair => ChunksFor(source, pair.Key, pair.Value) != 0));

    /// <summary>
    /// The whole is right, so what is on the disk is the truth: everybody who ever gave something else, and in how many
    /// chunks, in order.
    /// </summary>
    public ImmutableArray<(ushort Source, int Chunks)> Liars()
    {
        if (_contested.Count == 0)
            return [];
        var lies = new SortedDictionary<ushort, int>();
        foreach (var testimonies in _contested.Values)
        {
            // The newest is what is on the disk.
            var truth = testimonies[^1].Bytes;
            foreach (var liar in testimonies.Where(one => one.Bytes != truth && one.Source != Unknown).Select(one => one.Source).Distinct())
                lies[liar] = lies.GetValueOrDefault(liar) + 1;
        }

        return [.. lies.Select(pair => (pair.Key, pair.Value))];
    }

    private void Hear(int span, in AuditedChunk heard)
    {
        var before = _givers[span][heard.Chunk];
        // A late answer of whom it came from in the first place confirms nothing.
        if (before == heard.Source && heard.IsSame)
        {
            Want(span, 1UL << heard.Chunk);
            return;
        }

        SetGiver(span, heard.Chunk, heard.Source);
        if (_checked.Length > 0)
            _checked[span] |= 1UL << heard.Chunk;
        var chunk = span * ChunksPerSpan + heard.Chunk;
        if (!_contested.TryGetValue(chunk, out var testimonies))
        {
            if (heard.IsSame || _contested.Count >= ContestedMax)
                return;
            _contested[chunk] = testimonies = [new Testimony(before, heard.Before)];
        }

        testimonies.Add(new Testimony(heard.Source, heard.After));
        Judge(span, heard.Chunk, testimonies);
    }

    // Whoever stands alone is doubted. While no two agree with the newest, which is on the disk, another is heard.
    private void Judge(int span, int chunk, List<Testimony> testimonies)
    {
        var newest = testimonies[^1].Bytes;
        var supporters = Supporters(testimonies, newest);
        // Doubted ones who contradict are no news. (Should the newest be doubted later, it is heard no more.)
        if (!_suspects.Contains(testimonies[^1].Source)
            && testimonies.TrueForAll(one => one.Bytes == newest || _suspects.Contains(one.Source)))
            return;
        if (supporters < 2 || testimonies.Any(one => one.Bytes != newest && Supporters(testimonies, one.Bytes) >= supporters))
        {
            Want(span, 1UL << chunk);
            return;
        }

        foreach (var other in testimonies.Where(one => one.Bytes != newest).Select(one => one.Source).Distinct().ToArray())
            Doubt(other);
    }

    private static int Supporters(List<Testimony> testimonies, UInt128 bytes) =>
        testimonies.Where(one => one.Bytes == bytes).Select(one => one.Source).Distinct().Count();

    private bool MayTestify(int span, int chunk, ushort source) =>
        _givers[span][chunk] != source
        && !(_contested.TryGetValue(span * ChunksPerSpan + chunk, out var testimonies) && testimonies.Exists(one => one.Source == source));

    private ulong ChunksFor(ushort source, int span, ulong wanted)
    {
        var chunks = 0UL;
        for (var left = wanted; left != 0 && BitOperations.PopCount(chunks) < TaskChunksMax; left &= left - 1)
        {
            var chunk = BitOperations.TrailingZeroCount(left);
            if (MayTestify(span, chunk, source))
                chunks |= 1UL << chunk;
        }

        return chunks;
    }

    // What was contradicted, and decided by agreement, may have been decided by liars who agree: whoever has not been heard.
    private void HearFurther(IReadOnlyCollection<ushort> canAsk)
    {
        foreach (var chunk in _contested.Keys.Order().ToArray())
        {
            if (canAsk.Any(source => MayTestify(chunk / ChunksPerSpan, chunk % ChunksPerSpan, source)))
                Want(chunk / ChunksPerSpan, 1UL << (chunk % ChunksPerSpan));
        }
    }

    // Some further chunks of everybody, in runs, so that few datagrams do. False: nobody has any left.
    private bool AddSample()
    {
        var added = false;
        foreach (var source in _sources.Append(Unknown).Order())
        {
            var spans = Enumerable.Range(0, _givers.Length).Where(span => Unchecked(source, span) != 0).ToList();
            for (var left = _sample; left > 0 && spans.Count > 0;)
            {
                var at = _random.Next(spans.Count);
                var run = 0UL;
                for (var chunks = Unchecked(source, spans[at]); chunks != 0 && BitOperations.PopCount(run) < Math.Min(left, SampleRun); chunks &= chunks - 1)
                    run |= chunks & (~chunks + 1);
                Want(spans[at], run);
                left -= BitOperations.PopCount(run);
                added = true;
                if (Unchecked(source, spans[at]) == 0)
                    spans.RemoveAt(at);
            }
        }

        _sample = Math.Min(_sample * 2, 1 << 24);
        return added;
    }

    private ulong Unchecked(ushort source, int span) =>
        ChunksOf(source, span) & ~_checked[span] & ~_wanted.GetValueOrDefault(span);

    private ulong ChunksOf(ushort source, int span)
    {
        var givers = _givers[span];
        var chunks = 0UL;
        for (var i = Chunks(span) - 1; i >= 0; i--)
        {
            if (givers[i] == source)
                chunks |= 1UL << i;
        }

        return chunks;
    }

    private int Chunks(int span) => span == _givers.Length - 1 ? _lastChunks : ChunksPerSpan;

    private void SetGiver(int span, int chunk, ushort source)
    {
        var givers = _givers[span];
        if (givers[chunk] == source)
            return;
        if (_uniform.TryGetValue(givers[0], out var shared) && ReferenceEquals(shared, givers))
            _givers[span] = givers = [.. givers];
        givers[chunk] = source;
        if (source != Unknown)
            _sources.Add(source);
    }

    // Most spans come from one source: those share one array.
    private ushort[] Uniform(ushort source)
    {
        if (!_uniform.TryGetValue(source, out var givers))
        {
            _uniform[source] = givers = new ushort[ChunksPerSpan];
            Array.Fill(givers, source);
        }

        return givers;
    }

    private void Want(int span, ulong chunks) => _wanted[span] = _wanted.GetValueOrDefault(span) | chunks;

    private void Unwant(int span, ulong chunks)
    {
        var left = _wanted[span] & ~chunks;
        if (left == 0)
            _wanted.Remove(span);
        else
            _wanted[span] = left;
    }

    private readonly record struct Testimony(ushort Source, UInt128 Bytes);
}
