using Serilog.Core;
using Serilog.Events;

namespace Cjp2p.Host.Logging;

/// <summary>
/// Holds back what is less than an error until the node is up: of a start that fails one line is told, why it failed. Thread-safe.
/// </summary>
internal sealed class HeldBackLog(Logger to) : ILogEventSink, IDisposable
{
    private const int HeldMax = 1000;
    private readonly Lock _lock = new();
    private Queue<LogEvent>? _held = new();

    public void Emit(LogEvent logEvent)
    {
        lock (_lock)
        {
            if (_held is null || logEvent.Level >= LogEventLevel.Error)
                to.Write(logEvent);
            else if (_held.Count < HeldMax)
                _held.Enqueue(logEvent);
        }
    }

    /// <summary>It is up: all that was held back is told, and nothing is held back any more.</summary>
    public void Release()
    {
        lock (_lock)
        {
            foreach (var logEvent in _held ?? [])
                to.Write(logEvent);
            _held = null;
        }
    }

    public void Dispose() => to.Dispose();
}
