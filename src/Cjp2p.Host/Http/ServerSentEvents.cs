using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cjp2p.Actors.Inspection;
using Microsoft.AspNetCore.Http;

namespace Cjp2p.Host.Http;

/// <summary>Streams of events for browsers and for the command line: <c>data:</c> and a JSON object, then an empty line.</summary>
internal static class ServerSentEvents
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    /// <summary>Sends the events of a tap until the reader has gone; tells now and then how many were lost.</summary>
    public static async Task SendAsync(HttpContext context, Tap tap, TimeProvider time)
    {
        await BeginAsync(context).ConfigureAwait(false);
        var cancelled = context.RequestAborted;
        var told = 0L;
        while (true)
        {
            using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
            wait.CancelAfter(Beat);
            try
            {
                if (!await tap.WaitToReadAsync(wait.Token).ConfigureAwait(false))
                    return;
            }
            catch (OperationCanceledException) when (!cancelled.IsCancellationRequested)
            {
                // A sign of life, so that a reader that has gone is noticed.
                await context.Response.WriteAsync(": still here\n\n", cancelled).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(cancelled).ConfigureAwait(false);
                continue;
            }

            while (tap.TryRead(out var happened))
                await WriteAsync(context, TapDocuments.Of(happened), HttpJson.Default.TapDocument).ConfigureAwait(false);
            if (tap.Dropped is var dropped && dropped != told)
            {
                told = dropped;
                await WriteAsync(
                    context, new TapDocument("dropped", time.GetUtcNow(), 0, Dropped: dropped), HttpJson.Default.TapDocument).ConfigureAwait(false);
            }

            await context.Response.Body.FlushAsync(cancelled).ConfigureAwait(false);
        }
    }

    /// <summary>Sends the changes of a watched field.</summary>
    public static async Task SendAsync(HttpContext context, IAsyncEnumerable<FieldChange> changes)
    {
        var hasBegun = false;
        await foreach (var change in changes.WithCancellation(context.RequestAborted).ConfigureAwait(false))
        {
            if (!hasBegun)
                await BeginAsync(context).ConfigureAwait(false);
            hasBegun = true;
            await WriteAsync(context, change, HttpJson.Default.FieldChange).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static async Task BeginAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        await context.Response.Body.WriteAsync("data: "u8.ToArray(), context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(value, type), context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.WriteAsync("\n\n"u8.ToArray(), context.RequestAborted).ConfigureAwait(false);
    }
}
