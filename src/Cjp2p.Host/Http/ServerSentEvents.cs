using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cjp2p.Actors.Inspection;
using Microsoft.AspNetCore.Http;

namespace Cjp2p.Host.Http;

/// <summary>Streams of events for browsers and for the command line: <c>data:</c> and a JSON object, then an empty line.</summary>
internal static class ServerSentEvents
{
    private const int UnflushedBytesMax = 64 * 1024;
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    /// <summary>Sends the events of a tap until the reader or the node has gone; tells now and then how many were lost.</summary>
    public static async Task SendAsync(HttpContext context, Tap tap, Func<ValueTask<bool>> isThere, TimeProvider time)
    {
        await BeginAsync(context).ConfigureAwait(false);
        var cancelled = context.RequestAborted;
        var told = 0L;
        var output = context.Response.BodyWriter;
        using var json = new Utf8JsonWriter(output);
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
                if (!await isThere().ConfigureAwait(false))
                    return;
                // A sign of life, so that a reader that has gone is noticed.
                await context.Response.WriteAsync(": still here\n\n", cancelled).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(cancelled).ConfigureAwait(false);
                continue;
            }

            // What waits is written together; a reader that is slow is waited for before it is too much.
            while (tap.TryRead(out var happened))
            {
                Write(output, json, TapDocuments.Of(happened), HttpJson.Default.TapDocument);
                if (output.UnflushedBytes > UnflushedBytesMax)
                    await output.FlushAsync(cancelled).ConfigureAwait(false);
            }

            if (tap.Dropped is var dropped && dropped != told)
            {
                told = dropped;
                Write(output, json, new TapDocument("dropped", time.GetUtcNow(), 0, Dropped: dropped), HttpJson.Default.TapDocument);
            }

            await output.FlushAsync(cancelled).ConfigureAwait(false);
        }
    }

    /// <summary>Sends the changes of a watched field.</summary>
    public static async Task SendAsync(HttpContext context, IAsyncEnumerable<FieldChange> changes)
    {
        var hasBegun = false;
        var output = context.Response.BodyWriter;
        using var json = new Utf8JsonWriter(output);
        await foreach (var change in changes.WithCancellation(context.RequestAborted).ConfigureAwait(false))
        {
            if (!hasBegun)
                await BeginAsync(context).ConfigureAwait(false);
            hasBegun = true;
            Write(output, json, change, HttpJson.Default.FieldChange);
            await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static async Task BeginAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private static void Write<T>(PipeWriter output, Utf8JsonWriter json, T value, JsonTypeInfo<T> type)
    {
        output.Write("data: "u8);
        json.Reset(output);
        JsonSerializer.Serialize(json, value, type);
        json.Flush();
        output.Write("\n\n"u8);
    }
}
