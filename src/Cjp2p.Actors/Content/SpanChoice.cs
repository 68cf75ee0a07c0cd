namespace Cjp2p.Actors.Content;

/// <summary>Which of the spans that are being fetched a source is asked for next. Pure.</summary>
internal static class SpanChoice
{
    /// <summary>The first span that has something which nobody was asked for and that is cut for this source.</summary>
    /// <param name="spans">Those that are being fetched, in order.</param>
    /// <param name="source">Number of the source.</param>
    /// <param name="least">Bytes of its chunks at the least.</param>
    /// <param name="most">Bytes of its chunks at the most.</param>
    public static ActiveSpan? Next(IList<ActiveSpan> spans, int source, int least, int most)
    {
        // By number: an enumerator for each request would be garbage.
        for (var i = 0; i < spans.Count; i++)
        {
            var span = spans[i];
            if (span.Unrequested > 0 && span.ChunkBytes >= least && span.ChunkBytes <= most
                && (span.Audit is null || span.Auditor == source))
                return span;
        }

        return null;
    }

    /// <summary>The first span that could be cut smaller: larger chunks of it are missing, and none of them is waited for.</summary>
    /// <param name="spans">Those that are being fetched, in order.</param>
    /// <param name="chunkBytes">Bytes of the smaller chunks.</param>
    public static ActiveSpan? Larger(IList<ActiveSpan> spans, int chunkBytes)
    {
        for (var i = 0; i < spans.Count; i++)
        {
            var span = spans[i];
            if (span.Audit is null && span.ChunkBytes > chunkBytes && span.Outstanding.Values.All(chunks => chunks == 0))
                return span;
        }

        return null;
    }

    /// <summary>The first span of which others are waited for in vain since <paramref name="before"/>, and this source was not asked yet.</summary>
    /// <param name="spans">Those that are being fetched, in order.</param>
    /// <param name="source">Number of the source.</param>
    /// <param name="most">Bytes of its chunks at the most.</param>
    /// <param name="before">Since then nothing of it came.</param>
    public static ActiveSpan? Race(IList<ActiveSpan> spans, int source, int most, TimeSpan before)
    {
        for (var i = 0; i < spans.Count; i++)
        {
            var span = spans[i];
            if (span.Audit is null && span.ProgressAt < before && span.ChunkBytes <= most && !span.RacedBy.Contains(source)
                && span.Outstanding.Any(other => other.Key != source && other.Value > 0))
                return span;
        }

        return null;
    }
}
