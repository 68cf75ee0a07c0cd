using System.Globalization;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Host.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cjp2p.Host.Commands;

/// <summary>
/// Shows how a download goes, on standard error: a bar on a terminal, elsewhere one line whenever the reason of a stall
/// changes. Begins after a moment, so that what is quick is not delayed by drawing.
/// </summary>
internal static class GetView
{
    private const int BarMin = 5;
    private const int BarMax = 60;
    private static readonly TimeSpan Begin = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    /// <summary>Shows it until <paramref name="fetching"/> ends, however it does.</summary>
    public static async Task ShowAsync(Task fetching, GetProgress progress)
    {
        using var timer = new PeriodicTimer(Begin);
        if (!await NextAsync(timer, fetching).ConfigureAwait(false))
            return;
        timer.Period = Every;
        if (Terminal.CanDrawError)
            await DrawAsync(timer, fetching, progress).ConfigureAwait(false);
        else
            await TellStallsAsync(timer, fetching, progress).ConfigureAwait(false);
    }

    /// <summary>The bar and what stands beside it, in one line of at most <paramref name="width"/> characters.</summary>
    public static IRenderable Render(DownloadProtocol.Progress? last, double perSecond, int width, bool unicode)
    {
        var rows = new List<IRenderable> { new Markup(Line(last, perSecond, width, unicode)) };
        if (last is { Why.Length: > 0 })
            rows.Add(new Text(Visible.Escape(last.Why), new Style(Color.Yellow)));
        return new Rows(rows);
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, Task fetching)
    {
        var tick = timer.WaitForNextTickAsync().AsTask();
        return await Task.WhenAny(tick, fetching).ConfigureAwait(false) == tick && !fetching.IsCompleted;
    }

    private static async Task DrawAsync(PeriodicTimer timer, Task fetching, GetProgress progress)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        var speed = new SpeedMeter(TimeSpan.FromSeconds(3));
        var start = TimeProvider.System.GetTimestamp();
        await console.Live(Text.Empty).AutoClear(true).StartAsync(async context =>
        {
            do
            {
                speed.Add(TimeProvider.System.GetElapsedTime(start), progress.Last?.FetchedBytes ?? 0);
                Terminal.FitWidth(console);
                context.UpdateTarget(Render(
                    progress.Last, speed.PerSecond, console.Profile.Width, console.Profile.Capabilities.Unicode));
            }
            while (await NextAsync(timer, fetching).ConfigureAwait(false));
        }).ConfigureAwait(false);
    }

    private static async Task TellStallsAsync(PeriodicTimer timer, Task fetching, GetProgress progress)
    {
        var told = "";
        do
        {
            var why = progress.Last?.Why ?? "";
            // Nobody waits for a disk: that is the end, which says why by itself.
            if (why.Length > 0 && why != told && !progress.WhenPaused.IsCompleted)
                Terminal.WriteErrorLine($"waiting: {why}");
            told = why;
        }
        while (await NextAsync(timer, fetching).ConfigureAwait(false));
    }

    private static string Line(DownloadProtocol.Progress? last, double perSecond, int width, bool unicode)
    {
        if (last is null or { LengthBytes: < 0 })
            return $"[grey]{Visible.Cut($"searching, {Amounts.Count(last?.Asked ?? 0, "address", "addresses")} asked", width)}[/]";
        var part = last.LengthBytes == 0 ? 1 : (double)last.DoneBytes / last.LengthBytes;
        // What finds no room beside a bar of some length is left out, the last first.
        var text = "";
        foreach (var piece in Pieces(last, part, perSecond))
        {
            if (text.Length + piece.Length + BarMin > width)
                break;
            text += piece;
        }

        var (full, empty) = Bar.Draw(part, Math.Clamp(width - text.Length, 0, BarMax), unicode);
        return $"[green]{full}[/][grey]{empty}[/]{text.TrimEnd()}";
    }

    private static string[] Pieces(DownloadProtocol.Progress last, double part, double perSecond)
    {
        var percent = string.Create(CultureInfo.InvariantCulture, $" {Math.Floor(part * 100),3:0}%");
        var bytes = $" {Amounts.Bytes(last.DoneBytes),8} of {Amounts.Bytes(last.LengthBytes)}";
        return last.Phase == DownloadPhase.Verifying
            ? [percent, bytes, "  verifying"]
            :
            [
                percent,
                bytes,
                $"  {Amounts.Rate(perSecond),9}",
                $"  {Amounts.Count(last.Sources, "source")}",
                $"  {Left(last, perSecond)}",
            ];
    }

    private static string Left(DownloadProtocol.Progress last, double perSecond)
    {
        var seconds = (last.LengthBytes - last.DoneBytes) / Math.Max(perSecond, 1);
        return seconds > 359_999 ? "" : Amounts.Clock(TimeSpan.FromSeconds(Math.Ceiling(seconds))) + " left";
    }
}
