namespace Cjp2p.Actors.Content;

/// <summary>
/// What one span still needs and whom it has asked: the rules of <see cref="ChunkRequestActor"/> without the actor.
/// Sources are small numbers given by the download. Not thread-safe; memory is bounded by two requests a chunk.
/// </summary>
public sealed class SpanState
{
    /// <summary>Sources that one chunk may be asked of at the same time (the last chunks of a content are).</summary>
    public const int SourcesPerChunkMax = 2;

    private readonly List<Request> _requests = [];
    private readonly byte[] _attempts;
    private ChunkSet _arrived;

    /// <param name="spanLength">Bytes of the span.</param>
    /// <param name="chunkBytes">Bytes of a chunk.</param>
    public SpanState(int spanLength, int chunkBytes)
    {
        ChunkCount = SpanGeometry.ChunkCount(spanLength, chunkBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ChunkCount, ChunkSet.Capacity);
        _attempts = new byte[ChunkCount];
    }

    /// <summary>The same span in other chunks: those are here of which all bytes are. Requests are forgotten.</summary>
    /// <param name="spanLength">Bytes of the span.</param>
    /// <param name="chunkBytes">Bytes of a chunk from now on.</param>
    /// <param name="chunkBytesBefore">Bytes of a chunk until now.</param>
    public SpanState CutInto(int spanLength, int chunkBytes, int chunkBytesBefore) =>
        new(spanLength, chunkBytes) { _arrived = Covered(_arrived, spanLength, chunkBytes, chunkBytesBefore) };

    /// <summary>The chunks of one size of which all bytes are in chunks of another size.</summary>
    /// <param name="chunks">The chunks of the other size.</param>
    /// <param name="spanLength">Bytes of the span.</param>
    /// <param name="chunkBytes">Bytes of a chunk that is returned.</param>
    /// <param name="chunkBytesBefore">Bytes of a chunk in <paramref name="chunks"/>.</param>
    public static ChunkSet Covered(in ChunkSet chunks, int spanLength, int chunkBytes, int chunkBytesBefore)
    {
        var covered = default(ChunkSet);
        for (var chunk = 0; chunk * chunkBytes < spanLength; chunk++)
        {
            var end = Math.Min((chunk + 1) * chunkBytes, spanLength);
            var isCovered = true;
            for (var before = chunk * chunkBytes / chunkBytesBefore; before * chunkBytesBefore < end; before++)
                isCovered &= chunks.Contains(before);
            if (isCovered)
                covered.Add(chunk);
        }

        return covered;
    }

    /// <summary>Chunks of the span.</summary>
    public int ChunkCount { get; }

    /// <summary>Chunks that are here.</summary>
    public ChunkSet Arrived => _arrived;

    /// <summary>Whether all chunks are here.</summary>
    public bool IsComplete => _arrived.Count == ChunkCount;

    /// <summary>Requests that are waited for.</summary>
    public int Outstanding => _requests.Count;

    /// <summary>Chunks that are asked for.</summary>
    public ChunkSet Asked
    {
        get
        {
            var asked = new ChunkSet();
            foreach (var request in _requests)
                asked.Add(request.Chunk);
            return asked;
        }
    }

    /// <summary>Chunks that are neither here nor asked for.</summary>
    public int Unrequested
    {
        get
        {
            var busy = _arrived;
            foreach (var request in _requests)
                busy.Add(request.Chunk);
            return ChunkCount - busy.Count;
        }
    }

    /// <summary>When the next request is overdue; <see cref="TimeSpan.MaxValue"/> when nothing is waited for.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            var next = TimeSpan.MaxValue;
            foreach (var request in _requests)
                next = request.Deadline < next ? request.Deadline : next;
            return next;
        }
    }

    /// <summary>How often <paramref name="chunk"/> has been asked for.</summary>
    public int Attempts(int chunk) => _attempts[chunk];

    /// <summary>
    /// Chooses up to <paramref name="chunks"/>.Length chunks to ask <paramref name="source"/> for, lowest first, and notes
    /// the requests. With <paramref name="race"/>, when nothing is left unasked, chunks that only others were asked for.
    /// </summary>
    /// <param name="source">Number of the source.</param>
    /// <param name="now">When they are asked for.</param>
    /// <param name="timeout">Wait for the n-th request for a chunk (n from 1).</param>
    /// <param name="race">Whether chunks asked of others may be asked again.</param>
    /// <param name="chunks">Receives the numbers.</param>
    /// <returns>How many.</returns>
    public int Plan(int source, TimeSpan now, Func<int, TimeSpan> timeout, bool race, Span<ushort> chunks)
    {
        var busy = _arrived;
        foreach (var request in _requests)
            busy.Add(request.Chunk);
        var count = 0;
        for (var chunk = 0; chunk < ChunkCount && count < chunks.Length; chunk++)
        {
            if (!busy.Contains(chunk))
                Ask(chunk, chunks);
        }

        for (var chunk = 0; race && chunk < ChunkCount && count < chunks.Length; chunk++)
        {
            if (!_arrived.Contains(chunk) && busy.Contains(chunk) && MayRace(chunk, source))
                Ask(chunk, chunks);
        }

        return count;

        void Ask(int chunk, Span<ushort> into)
        {
            var attempt = _attempts[chunk] = (byte)Math.Min(_attempts[chunk] + 1, byte.MaxValue);
            _requests.Add(new Request((ushort)chunk, (ushort)source, attempt, now, now + timeout(attempt)));
            into[count++] = (ushort)chunk;
        }
    }

    /// <summary>
    /// Chunks came from <paramref name="source"/>. Their requests are settled: those to this source as answered, those to
    /// others as cancelled.
    /// </summary>
    public SpanOutcome OnArrived(int source, in ChunkSet chunks, TimeSpan now)
    {
        _arrived.Add(chunks);
        var outcome = new SpanOutcome();
        for (var i = _requests.Count - 1; i >= 0; i--)
        {
            var request = _requests[i];
            if (!chunks.Contains(request.Chunk))
                continue;
            if (request.Source == source)
            {
                outcome.Settle(source).Acked++;
                // Karn's rule (RFC 6298 section 3): the answer to a chunk asked for twice says nothing about time.
                if (request.Attempt == 1 && now - request.SentAt > outcome.RoundTrip)
                    outcome.RoundTrip = now - request.SentAt;
            }
            else
            {
                outcome.Settle(request.Source).Cancelled++;
            }

            RemoveAt(i);
        }

        return outcome;
    }

    /// <summary>Requests whose answer is overdue are lost: their chunks may be asked for again.</summary>
    public SpanOutcome OnDeadline(TimeSpan now) => Drop(request => request.Deadline <= now, lost: true);

    /// <summary>
    /// A source answered requests uselessly (too short, refused): the requests for these chunks count as lost at once.
    /// </summary>
    public SpanOutcome OnUseless(int source, ChunkSet chunks) =>
        Drop(request => request.Source == source && chunks.Contains(request.Chunk), lost: true);

    /// <summary>A source is given up: what it was asked for is no longer waited for.</summary>
    public SpanOutcome OnSourceGone(int source) => Drop(request => request.Source == source, lost: false);

    private SpanOutcome Drop(Func<Request, bool> which, bool lost)
    {
        var outcome = new SpanOutcome();
        for (var i = _requests.Count - 1; i >= 0; i--)
        {
            var request = _requests[i];
            if (!which(request))
                continue;
            ref var settled = ref outcome.Settle(request.Source);
            if (lost)
                settled.Lost++;
            else
                settled.Cancelled++;
            RemoveAt(i);
        }

        return outcome;
    }

    private bool MayRace(int chunk, int source)
    {
        var asked = 0;
        foreach (var request in _requests)
        {
            if (request.Chunk != chunk)
                continue;
            if (request.Source == source || ++asked >= SourcesPerChunkMax)
                return false;
        }

        return true;
    }

    private void RemoveAt(int index)
    {
        _requests[index] = _requests[^1];
        _requests.RemoveAt(_requests.Count - 1);
    }

    private readonly record struct Request(
        ushort Chunk, ushort Source, byte Attempt, TimeSpan SentAt, TimeSpan Deadline);
}
