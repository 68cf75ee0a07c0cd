namespace Cjp2p.Host.Tests.Processes;

/// <summary>Lines that a process writes; whoever waits for one is told at once.</summary>
internal sealed class LineBuffer
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> Fits, TaskCompletionSource<string> Found)> _waiting = [];

    /// <summary>A copy of the lines so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    /// <summary>Takes a line; null, which is the end, is not one.</summary>
    public void Add(string? line)
    {
        if (line is null)
            return;
        lock (_lock)
        {
            _lines.Add(line);
            foreach (var (_, found) in _waiting.Where(one => one.Fits(line)))
                found.TrySetResult(line);
        }
    }

    /// <summary>The first line that fits, now or later.</summary>
    public Task<string> WhenAsync(Func<string, bool> fits)
    {
        lock (_lock)
        {
            if (_lines.Find(line => fits(line)) is { } there)
                return Task.FromResult(there);
            var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((fits, found));
            return found.Task;
        }
    }
}
