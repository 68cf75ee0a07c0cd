using Akka.Event;

namespace Cjp2p.Actors.Inspection;

/// <summary>An actor's log that leaves a copy of each line in its black box.</summary>
internal sealed class InspectedLog(ILoggingAdapter log, ActorTrack track, NodeInspection inspection) : ILoggingAdapter
{
    public ILogMessageFormatter Formatter => log.Formatter;

    public bool IsDebugEnabled => log.IsDebugEnabled;

    public bool IsInfoEnabled => log.IsInfoEnabled;

    public bool IsWarningEnabled => log.IsWarningEnabled;

    public bool IsErrorEnabled => log.IsErrorEnabled;

    public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(logLevel);

    public void Log(LogLevel logLevel, Exception cause, string message)
    {
        Note(logLevel, message, cause);
        log.Log(logLevel, cause, message);
    }

    public void Log(LogLevel logLevel, Exception cause, LogMessage message)
    {
        Note(logLevel, message, cause);
        log.Log(logLevel, cause, message);
    }

    private void Note(LogLevel level, object message, Exception? cause)
    {
        if (!log.IsEnabled(level))
            return;
        var text = $"{level.ToString().Replace("Level", "", StringComparison.Ordinal)}: {message}{(cause is null ? "" : $" ({cause.GetType().Name})")}";
        track.Note(ActorEventKind.Logged, text);
        inspection.Border?.OnEvent(track, ActorEventKind.Logged, text);
    }
}
