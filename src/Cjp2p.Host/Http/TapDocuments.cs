using System.Text;
using Cjp2p.Actors.Inspection;

namespace Cjp2p.Host.Http;

/// <summary>Events of taps as JSON, and datagrams as lines of a capture file. Pure.</summary>
internal static class TapDocuments
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The document of an event.</summary>
    public static TapDocument Of(TapEvent happened)
    {
        switch (happened)
        {
            case DatagramSeen seen:
                var (text, encoding) = Text(seen.Payload.AsSpan(), isCut: seen.Payload.Length < seen.Bytes);
                return new TapDocument(
                    "datagram", seen.At, seen.ClockSeconds,
                    Text: text,
                    Direction: seen.Direction == DatagramDirection.In ? "in" : "out",
                    Local: seen.Local.ToString(),
                    Remote: seen.Remote.ToString(),
                    Bytes: seen.Bytes,
                    Messages: [.. seen.Messages],
                    Content: seen.Content?.ToString(),
                    Encoding: encoding);
            case MessageHandled handled:
                return new TapDocument(
                    "handled", handled.At, handled.ClockSeconds, handled.Path, handled.Message, handled.TookMs);
            case ActorHappening actor:
                return new TapDocument(
                    actor.Kind.ToString().ToLowerInvariant(), actor.At, actor.ClockSeconds, actor.Path, Text: actor.Text);
            default:
                throw new ArgumentOutOfRangeException(nameof(happened), happened, "an event of an unknown kind");
        }
    }

    /// <summary>A datagram as a line of a capture file; it has to be whole.</summary>
    /// <param name="seen">The datagram.</param>
    /// <param name="us">Name of the node.</param>
    /// <param name="startSeconds">Clock of the first datagram.</param>
    public static CaptureLine Line(TapDocument seen, string us, double startSeconds)
    {
        var isIn = seen.Direction == "in";
        return new CaptureLine(
            isIn ? seen.Remote! : us,
            isIn ? us : seen.Remote!,
            isIn ? seen.Remote! : seen.Local!,
            isIn ? seen.Local! : seen.Remote!,
            Math.Round(seen.ClockSeconds - startSeconds, 6),
            seen.Text ?? "",
            seen.Encoding);
    }

    // Text where it is text; what was cut may end within a character.
    private static (string Text, string? Encoding) Text(ReadOnlySpan<byte> payload, bool isCut)
    {
        if (isCut)
            return (Encoding.UTF8.GetString(payload).TrimEnd('\uFFFD'), null);
        try
        {
            return (Strict.GetString(payload), null);
        }
        catch (DecoderFallbackException)
        {
            return (Convert.ToBase64String(payload), "base64");
        }
    }
}
