using Serilog.Core;
using Serilog.Events;

namespace Cjp2p.Host.Logging;

/// <summary>Keeps the last log events for the live view, which draws over whatever else is written. Thread-safe.</summary>
internal sealed class LiveLog(int capacity) : ILogEventSink
{
    private readonly Lock _lock = new();
    private readonly Queue<LogEvent> _events = new();

    public void Emit(LogEvent logEvent)
    {
        lock (_lock)
        {
            if (_events.Count == capacity)
                _events.Dequeue();
            _events.Enqueue(logEvent);
        }
    }

    /// <summary>The last <paramref name="most"/> events, oldest first.</summary>
    public LogEvent[] Last(int most)
    {
        lock (_lock)
            return [.. _events.TakeLast(most)];
    }
}
