using Cjp2p.Host.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Cjp2p.Host.Tests.Logging;

/// <summary>Log lines for people.</summary>
public sealed class LineFormatterTests
{
    [Fact]
    public void A_line_has_time_level_and_message_without_quotes_around_strings() =>
        Assert.Matches(
            "^[0-9]{2}:[0-9]{2}:[0-9]{2} WRN a is 5 of b\n$",
            Format(log => log.Warning("{Name} is {Number} of {Other}", "a", 5, "b"), withSource: false));

    [Fact]
    public void What_strangers_say_stays_on_its_line() =>
        Assert.EndsWith(
            "INF they say \\u001b[31m\\nERR all is lost\n",
            Format(log => log.Information("they say {Text}", "\u001b[31m\nERR all is lost"), withSource: false),
            StringComparison.Ordinal);

    [Fact]
    public void With_its_source_it_names_the_actor() =>
        Assert.EndsWith(
            "done (akka://cjp2p/user/cjp2p/store)\n",
            Format(log => log.ForContext("ActorPath", "akka://cjp2p/user/cjp2p/store").Information("done"), withSource: true),
            StringComparison.Ordinal);

    [Fact]
    public void An_exception_follows_indented()
    {
        var lines = Format(
            log => log.Error(new InvalidOperationException("bad\u0007"), "failed"), withSource: false).Split('\n');

        Assert.EndsWith("ERR failed", lines[0], StringComparison.Ordinal);
        Assert.Equal("    System.InvalidOperationException: bad\\u0007", lines[1]);
    }

    [Fact]
    public void The_log_of_the_live_view_keeps_the_last_events()
    {
        var live = new LiveLog(3);
        using (var logger = HostLogging.Create(new LogOptions(LogEventLevel.Warning, LogForm.Text), live))
        {
            for (var i = 0; i < 5; i++)
                logger.Warning("{Number}", i);
            logger.Information("too unimportant");
        }

        Assert.Equal(["2", "3", "4"], live.Last(10).Select(LineFormatter.Message));
        Assert.Equal(["4"], live.Last(1).Select(LineFormatter.Message));
    }

    [Fact]
    public void Akka_s_own_comings_and_goings_are_for_verbose_only()
    {
        var quiet = new LiveLog(10);
        var verbose = new LiveLog(10);
        foreach (var (level, live) in new[] { (LogEventLevel.Information, quiet), (LogEventLevel.Debug, verbose) })
        {
            using var logger = HostLogging.Create(new LogOptions(level, LogForm.Text), live);
            logger.ForContext("LogSource", "[akka://cjp2p/user/cjp2p#1]").Information("node");
            logger.ForContext("LogSource", "CoordinatedShutdown (akka://cjp2p)").Information("akka");
            logger.ForContext("LogSource", "CoordinatedShutdown (akka://cjp2p)").Warning("akka warns");
        }

        Assert.Equal(["node", "akka warns"], quiet.Last(10).Select(LineFormatter.Message));
        Assert.Equal(["node", "akka", "akka warns"], verbose.Last(10).Select(LineFormatter.Message));
    }

    private static string Format(Action<ILogger> write, bool withSource)
    {
        var text = new StringWriter { NewLine = "\n" };
        using (var logger = new LoggerConfiguration().WriteTo.Sink(new FormattingSink(new LineFormatter(withSource), text)).CreateLogger())
            write(logger);
        return text.ToString();
    }

    private sealed class FormattingSink(LineFormatter formatter, TextWriter text) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => formatter.Format(logEvent, text);
    }
}
