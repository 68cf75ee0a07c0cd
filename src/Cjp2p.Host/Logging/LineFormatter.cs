using System.Globalization;
using Cjp2p.Host.Output;
using Serilog.Events;
using Serilog.Formatting;

namespace Cjp2p.Host.Logging;

/// <summary>
/// Log lines for people: <c>12:34:56 WRN message</c>. Addresses, names and reasons in them come from strangers too, so
/// control characters are shown as escapes.
/// </summary>
internal sealed class LineFormatter(bool withSource) : ITextFormatter
{
    /// <summary>The message of an event, on one line.</summary>
    public static string Message(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var token in logEvent.MessageTemplate.Tokens)
        {
            // Strings without the quotes that Serilog puts around them.
            if (token is Serilog.Parsing.PropertyToken property
                && logEvent.Properties.TryGetValue(property.PropertyName, out var value)
                && value is ScalarValue { Value: string plain })
                text.Write(plain);
            else
                token.Render(logEvent.Properties, text, CultureInfo.InvariantCulture);
        }

        return Visible.Escape(text.ToString());
    }

    /// <summary>Three letters for a level.</summary>
    public static string Level(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "VRB",
        LogEventLevel.Debug => "DBG",
        LogEventLevel.Information => "INF",
        LogEventLevel.Warning => "WRN",
        LogEventLevel.Error => "ERR",
        _ => "FTL",
    };

    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(logEvent.Timestamp.ToString("HH:mm:ss ", CultureInfo.InvariantCulture));
        output.Write(Level(logEvent.Level));
        output.Write(' ');
        output.Write(Message(logEvent));
        if (withSource && logEvent.Properties.TryGetValue("ActorPath", out var path) && path is ScalarValue { Value: { } actor })
            output.Write($" ({Visible.Escape(actor.ToString() ?? "")})");
        output.WriteLine();
        if (logEvent.Exception is not { } exception)
            return;
        foreach (var line in exception.ToString().Split('\n'))
            output.WriteLine("    " + Visible.Escape(line.TrimEnd('\r')));
    }
}
