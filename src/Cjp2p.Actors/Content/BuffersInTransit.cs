namespace Cjp2p.Actors.Content;

/// <summary>
/// Buffers of full spans on their way from the spans to the file of one download. A message that is never handled, because
/// its receiver stopped, must not take a buffer with it: what is still under way when the download ends goes back to the
/// pool. Thread-safe.
/// </summary>
internal sealed class BuffersInTransit(SpanBufferPool pool)
{
    private readonly Lock _lock = new();
    private readonly HashSet<byte[]> _buffers = new(ReferenceEqualityComparer.Instance);

    /// <summary>A buffer sets out.</summary>
    public void Add(byte[] buffer)
    {
        lock (_lock)
            _buffers.Add(buffer);
    }

    /// <summary>A buffer has been dealt with; it goes back to the pool.</summary>
    public void Done(byte[] buffer)
    {
        lock (_lock)
        {
            if (!_buffers.Remove(buffer))
                return;
        }

        pool.Return(buffer);
    }

    /// <summary>Nobody will deal with the rest.</summary>
    public void ReturnAll()
    {
        lock (_lock)
        {
            foreach (var buffer in _buffers)
                pool.Return(buffer);
            _buffers.Clear();
        }
    }
}
