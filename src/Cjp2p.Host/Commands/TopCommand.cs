using System.CommandLine;
using System.Text;
using System.Text.Json;
using Cjp2p.Host.Output;
using Cjp2p.Host.Remote;

namespace Cjp2p.Host.Commands;

/// <summary><c>cjp2p top</c>: a running node on the whole screen, live.</summary>
internal static class TopCommand
{
    // The alternate screen, no cursor, and lines that do not go on in the next one; and back.
    private const string Begin = "\u001b[?1049h\u001b[?25l\u001b[?7l";
    private const string End = "\u001b[?7h\u001b[?25h\u001b[?1049l";
    private const string Home = "\u001b[H";
    private const string ToEndOfLine = "\u001b[K";
    private static readonly TimeSpan KeyEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var node = Options.Node();
        var command = new Command("top", "Show a running node on the whole screen: throughput, downloads, busiest actors, slowest peers.") { node };
        command.SetAction(async (parsed, cancelled) =>
        {
            if (!Terminal.CanDrawOutput || Console.IsInputRedirected)
                throw UserException.Failed("top needs a terminal; 'cjp2p inspect' prints lines");
            using var client = await RunningNodes.GetAsync(parsed.GetValue(node), cancelled).ConfigureAwait(false);
            return await RunAsync(client, cancelled).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(NodeClient client, CancellationToken cancelled)
    {
        var model = new TopModel();
        await Console.Out.WriteAsync(Begin).ConfigureAwait(false);
        try
        {
            using var timer = new PeriodicTimer(KeyEvery);
            var start = TimeProvider.System.GetTimestamp();
            var askAt = TimeSpan.Zero;
            var asking = Task.CompletedTask;
            do
            {
                var now = TimeProvider.System.GetElapsedTime(start);
                var pressed = false;
                while (Console.KeyAvailable)
                {
                    model.Press(Console.ReadKey(intercept: true));
                    pressed = true;
                }

                // Keys put nothing off: who moves about sees what is new every second too.
                var isDue = now >= askAt;
                if (asking.IsCompleted && (isDue || (pressed && model.Path is not null)))
                {
                    if (isDue)
                        askAt = now + AskEvery;
                    asking = AskAsync(client, model, onlyActor: !isDue, cancelled);
                }

                Draw(model);
            }
            while (!model.IsOver && !cancelled.IsCancellationRequested && await timer.WaitForNextTickAsync(cancelled).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancelled.IsCancellationRequested)
        {
            // Ctrl-C leaves too.
        }
        finally
        {
            await Console.Out.WriteAsync(End).ConfigureAwait(false);
        }

        return ExitCodes.Done;
    }

    private static async Task AskAsync(NodeClient client, TopModel model, bool onlyActor, CancellationToken cancelled)
    {
        try
        {
            if (!onlyActor)
            {
                var status = client.GetAsync("/api/status", cancelled);
                var tree = client.GetAsync("/api/tree", cancelled);
                var downloads = client.GetAsync("/api/downloads?most=200", cancelled);
                var peers = client.GetAsync("/api/peers?order=RoundTrip&descending=true&most=200", cancelled);
                var answers = await Task.WhenAll(status, tree, downloads, peers).ConfigureAwait(false);
                if (answers is [JsonElement s, JsonElement t, JsonElement d, JsonElement p])
                    model.Add(s, t, d, p);
            }

            if (model.Path is { } path)
            {
                var actor = await client.GetAsync(
                    "/api/actors" + string.Join('/', path.Split('/').Select(Uri.EscapeDataString)), cancelled).ConfigureAwait(false);
                if (model.Path == path)
                    (model.Actor, model.IsMissing) = (actor ?? model.Actor, actor is null);
            }
        }
        catch (UserException e)
        {
            model.Trouble = e.Message;
        }
        catch (OperationCanceledException)
        {
            // The user leaves.
        }
    }

    private static void Draw(TopModel model)
    {
        var (width, height) = (Math.Max(1, Console.WindowWidth), Math.Max(1, Console.WindowHeight));
        var screen = new StringBuilder(Home);
        var lines = TopView.Render(model, width, height);
        for (var i = 0; i < lines.Count; i++)
        {
            var text = lines[i].Style == TopStyle.Chosen ? Columns.Pad(lines[i].Text, width) : lines[i].Text;
            screen.Append(Code(lines[i].Style)).Append(text).Append("\u001b[0m").Append(ToEndOfLine);
            if (i < lines.Count - 1)
                screen.Append("\r\n");
        }

        Console.Out.Write(screen.ToString());
    }

    private static string Code(TopStyle style) => style switch
    {
        TopStyle.Strong => "\u001b[1m",
        TopStyle.Dim => "\u001b[2m",
        TopStyle.Warn => "\u001b[33m",
        TopStyle.Chosen => "\u001b[7m",
        _ => "",
    };
}
