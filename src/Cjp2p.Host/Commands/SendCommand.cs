using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Output;
using Cjp2p.Host.Wire;

namespace Cjp2p.Host.Commands;

/// <summary><c>cjp2p send</c>: one raw datagram, and what comes back.</summary>
internal static class SendCommand
{
    /// <summary>Name of the argument that may be empty.</summary>
    public const string Datagram = "json";

    private const int RepliesMax = 1000;

    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var peer = Options.PeerArgument();
        var datagram = new Argument<string>(Datagram) { Description = "The datagram, sent as it stands." };
        var wait = new Option<int>("--wait", "-w")
        {
            Description = "Milliseconds to wait for replies (default 1000); 0: do not wait.",
            HelpName = "ms",
            DefaultValueFactory = _ => 1000,
            CustomParser = result => Options.Whole(result, "--wait", 0, 86_400_000),
        };
        var json = Options.Json("Print each reply as one line: {\"bytes\":n,\"json\":...} or {\"bytes\":n,\"text\":\"...\"}.");
        var command = new Command("send", "Send a raw datagram to a peer and print each reply.") { peer, datagram, wait, json };
        command.SetAction((parsed, cancelled) => RunAsync(
            parsed.GetValue(peer), parsed.GetRequiredValue(datagram), parsed.GetValue(wait), parsed.GetValue(json), cancelled));
        return command;
    }

    private static async Task<int> RunAsync(
        PeerAddress peer, string text, int waitMs, bool json, CancellationToken cancelled)
    {
        var datagram = Encoding.UTF8.GetBytes(text);
        if (datagram.Length > WireClient.DatagramBytesMax)
        {
            throw UserException.WrongArguments(
                $"the datagram has {datagram.Length} bytes, a UDP datagram holds {WireClient.DatagramBytesMax} at the most");
        }

        var fault = new DatagramReader(new WireLimits()).Read(datagram).Fault;
        if (fault != DatagramFault.None)
            Terminal.WriteErrorLine($"not a JSON array of messages ({fault}): a node will not answer; sent as it is");
        using var client = WireClient.Open(peer);
        client.Send(datagram);
        if (waitMs == 0)
            return ExitCodes.Done;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        deadline.CancelAfter(waitMs);
        var replies = 0;
        var refused = false;
        while (replies < RepliesMax)
        {
            var reply = await client.ReceiveAsync(deadline.Token).ConfigureAwait(false);
            if (reply.Kind != ReplyKind.Datagram)
            {
                refused = reply.Kind == ReplyKind.Refused;
                break;
            }

            replies++;
            Print(reply.Datagram, json);
        }

        cancelled.ThrowIfCancellationRequested();
        if (replies > 0)
            return ExitCodes.Done;
        throw UserException.Failed(refused
            ? $"{peer} does not answer: nothing listens there"
            : $"{peer} does not answer within {waitMs} ms");
    }

    private static void Print(ReadOnlyMemory<byte> datagram, bool json)
    {
        try
        {
            using var document = JsonDocument.Parse(datagram);
            if (json)
            {
                Terminal.WriteJson(new SendReport(datagram.Length, document.RootElement, null), Json.Lines.SendReport);
                return;
            }

            using var text = new MemoryStream();
            using (var writer = new Utf8JsonWriter(text, Indented))
                document.WriteTo(writer);
            Console.Out.WriteLine(Visible.EscapeLines(Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length))));
        }
        catch (JsonException)
        {
            if (json)
            {
                Terminal.WriteJson(
                    new SendReport(datagram.Length, null, Encoding.UTF8.GetString(datagram.Span)), Json.Lines.SendReport);
            }
            else
            {
                Terminal.WriteLine(Encoding.UTF8.GetString(datagram.Span));
            }
        }
    }
}

/// <summary>What <c>send --json</c> prints for each reply.</summary>
/// <param name="Bytes">Length of the datagram.</param>
/// <param name="Json">What it holds.</param>
/// <param name="Text">What it holds when that is no JSON.</param>
internal sealed record SendReport(int Bytes, JsonElement? Json, string? Text);
