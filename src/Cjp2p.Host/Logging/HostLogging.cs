using Akka.Configuration;
using Akka.Event;
using Akka.Hosting;
using Akka.Hosting.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace Cjp2p.Host.Logging;

/// <summary>
/// Serilog to standard error; standard output is for what was asked for. Akka's events come through the ILoggerFactory
/// logger of Akka.Hosting, with their properties, ActorPath and LogSource.
/// </summary>
internal static class HostLogging
{
    /// <summary>A logger to standard error, or to <paramref name="live"/> when that is given.</summary>
    /// <param name="options">What it logs.</param>
    /// <param name="live">The live view's log.</param>
    /// <param name="level">Its level, for who wants to change it later.</param>
    /// <param name="tail">Keeps the last lines, besides.</param>
    /// <param name="levels">Levels of subtrees.</param>
    /// <param name="held">Comes before standard error, for who holds it back at first.</param>
    public static Logger Create(
        LogOptions options, LiveLog? live = null, LoggingLevelSwitch? level = null, LiveLog? tail = null, SubtreeLevels? levels = null,
        HeldBackLog? held = null)
    {
        level ??= new LoggingLevelSwitch();
        level.MinimumLevel = options.Level;
        var configuration = new LoggerConfiguration()
            .MinimumLevel.ControlledBy(level)
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            // What it says about a failed start is told by us in one line.
            .MinimumLevel.Override(typeof(AkkaHostedService).FullName!, LogEventLevel.Fatal)
            .MinimumLevel.Override("Microsoft.Extensions.Hosting", LogEventLevel.Fatal);
        configuration.Filter.ByExcluding(logEvent =>
            (levels?.Usual ?? options.Level) >= LogEventLevel.Information && IsChatter(logEvent));
        if (levels is not null)
            configuration.Filter.ByIncludingOnly(levels.Wants);
        if (tail is not null)
            configuration.WriteTo.Sink(tail);
        if (live is not null)
            return configuration.WriteTo.Sink(live).CreateLogger();
        return (held is not null ? configuration.WriteTo.Sink(held) : ToConsole(configuration, options)).CreateLogger();
    }

    /// <summary>Standard error of <c>run</c>, held back until the node is up. Who wants to know all is told all, at once: null.</summary>
    public static HeldBackLog? HoldBack(LogOptions options) => options.Level < LogEventLevel.Information
        ? null
        : new HeldBackLog(ToConsole(new LoggerConfiguration().MinimumLevel.Verbose(), options).CreateLogger());

    private static LoggerConfiguration ToConsole(LoggerConfiguration configuration, LogOptions options) =>
        options.Form == LogForm.Json
            ? configuration.WriteTo.Console(new CompactJsonFormatter(), standardErrorFromLevel: LogEventLevel.Verbose)
            : configuration.WriteTo.Console(
                new LineFormatter(withSource: options.Level < LogEventLevel.Information),
                standardErrorFromLevel: LogEventLevel.Verbose);

    /// <summary>
    /// What Akka has to know: its level, and that events go to the ILoggerFactory. To use Akka.Logger.Serilog instead,
    /// replace <see cref="LoggerFactoryLogger"/> here by its SerilogLogger: this is the one line.
    /// </summary>
    /// <param name="options">What is logged.</param>
    /// <param name="everything">Whether Akka tells everything, because the level of a subtree may be lowered later.</param>
    public static Config AkkaConfig(LogOptions options, bool everything = false) => ConfigurationFactory.ParseString($$"""
        akka {
          loggers = ["{{typeof(LoggerFactoryLogger).AssemblyQualifiedName}}"]
          loglevel = {{(everything ? "DEBUG" : AkkaLevel(options.Level))}}
          # Serilog is the only one that writes; a slow start of it must not bring the node down.
          stdout-loglevel = OFF
          stdout-logger-class = "{{typeof(SilentLogger).AssemblyQualifiedName}}"
          logger-startup-timeout = 30s
          log-dead-letters = {{(options.Level < LogEventLevel.Information ? "10" : "off")}}
          log-dead-letters-during-shutdown = off
          # Signals are ours to handle (StopSignals): Akka's own hook would stop the node behind our back.
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          actor.serializers.json = "{{typeof(NoSerializer).AssemblyQualifiedName}}"
        }
        """);

    // Akka tells about its own comings and goings on the same level as the node about its.
    private static bool IsChatter(Serilog.Events.LogEvent logEvent) =>
        logEvent.Level < LogEventLevel.Warning
        && !(logEvent.Properties.TryGetValue("LogSource", out var source)
            && source is ScalarValue { Value: string text } && text.Contains("/user/", StringComparison.Ordinal));

    private static string AkkaLevel(LogEventLevel level) => (level switch
    {
        LogEventLevel.Verbose or LogEventLevel.Debug => LogLevel.DebugLevel,
        LogEventLevel.Information => LogLevel.InfoLevel,
        LogEventLevel.Warning => LogLevel.WarningLevel,
        _ => LogLevel.ErrorLevel,
    }).StringFor();
}
