using Akka.Actor;
using Akka.Event;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// An actor's log that leaves a copy of each line in its black box. Akka's own, with the actor's path as text, is made when
/// there is something to log.
/// </summary>
internal sealed class InspectedLog(IActorContext context, ActorTrack track, NodeInspection inspection) : ILoggingAdapter
{
    private ILoggingAdapter? _log;

    public ILogMessageFormatter Formatter => context.System.Settings.LogFormatter;

    public bool IsDebugEnabled => IsEnabled(LogLevel.DebugLevel);

    public bool IsInfoEnabled => IsEnabled(LogLevel.InfoLevel);

    public bool IsWarningEnabled => IsEnabled(LogLevel.WarningLevel);

    public bool IsErrorEnabled => IsEnabled(LogLevel.ErrorLevel);

    public bool IsEnabled(LogLevel logLevel) => logLevel >= context.System.EventStream.LogLevel;

    public void Log(LogLevel logLevel, Exception cause, string message)
    {
        if (!IsEnabled(logLevel))
            return;
        Note(logLevel, message, cause).Log(logLevel, cause, message);
    }

    public void Log(LogLevel logLevel, Exception cause, LogMessage message)
    {
        if (!IsEnabled(logLevel))
            return;
        Note(logLevel, message, cause).Log(logLevel, cause, message);
    }

    private ILoggingAdapter Note(LogLevel level, object message, Exception? cause)
    {
        var text = $"{level.ToString().Replace("Level", "", StringComparison.Ordinal)}: {message}{(cause is null ? "" : $" ({cause.GetType().Name})")}";
        track.Note(ActorEventKind.Logged, text);
        inspection.Border?.OnEvent(track, ActorEventKind.Logged, text);
        return _log ??= context.GetLogger();
    }
}
