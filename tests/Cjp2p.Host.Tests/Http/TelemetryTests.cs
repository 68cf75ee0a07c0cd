using System.Text;
using System.Threading.Channels;
using Cjp2p.Host.Tests.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cjp2p.Host.Tests.Http;

/// <summary>What a running node sends by OTLP.</summary>
public sealed class TelemetryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_download_and_a_share_that_were_asked_for_by_HTTP_are_traced_with_their_outcome()
    {
        await using var collector = await Collector.StartAsync();
        await using var node = await ApiProcess.StartAsync(_folder, "--set", $"telemetry.otlp-endpoint={collector.Url}");
        _folder.Folder("more");
        _folder.Text("more/hello.txt", "hello\n");
        Assert.Equal(200, (await node.ActAsync("POST", "/api/share", new { path = _folder.In("more") })).Code);
        var nothing = new string('1', 64);
        Assert.Equal(202, (await node.ActAsync("POST", "/api/downloads", new { id = nothing, path = _folder.In("never") })).Code);
        await Until.AnswerAsync(
            () => node.GetAsync("/api/downloads"), now => now.GetProperty("running").GetArrayLength() == 1, Cjp2pProcess.Bound);
        Assert.Equal(204, (await node.ActAsync("DELETE", $"/api/downloads/{nothing}?drop=true")).Code);

        var traces = "";
        while (!traces.Contains("share", StringComparison.Ordinal) || !traces.Contains("download", StringComparison.Ordinal))
            traces += await collector.NextTracesAsync();
        Assert.Contains("cjp2p.share.files", traces, StringComparison.Ordinal);
        Assert.Contains(nothing, traces, StringComparison.Ordinal);
        Assert.Contains("error.type", traces, StringComparison.Ordinal);
        Assert.Contains("Cjp2p.Actors.Hosting.NodeException", traces, StringComparison.Ordinal);
    }

    /// <summary>Takes what is sent by OTLP over gRPC, on loopback.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private readonly Channel<string> _traces = Channel.CreateUnbounded<string>();

        private Collector()
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
                kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
            _app = builder.Build();
            _app.Run(TakeAsync);
        }

        public string Url => _app.Urls.Single();

        public static async Task<Collector> StartAsync()
        {
            var collector = new Collector();
            await collector._app.StartAsync();
            return collector;
        }

        public async Task<string> NextTracesAsync() => await _traces.Reader.ReadAsync().AsTask().WaitAsync(Cjp2pProcess.Bound);

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private async Task TakeAsync(HttpContext context)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            if (context.Request.Path.Value!.EndsWith("TraceService/Export", StringComparison.Ordinal))
                _traces.Writer.TryWrite(Encoding.Latin1.GetString(body.ToArray()));
            context.Response.ContentType = "application/grpc";
            // An empty message: all was taken.
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }
}
