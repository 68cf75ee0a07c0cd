using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Cjp2p.Host.Tests.Http;

/// <summary>
/// Answers as a node does, with hostile text wherever a stranger could have chosen it: worse than any node of ours would, which
/// writes much of it as escapes. Whoever shows it has to.
/// </summary>
internal sealed class HostileNode : IAsyncDisposable
{
    /// <summary>Clears the screen, colours it, sets the title, rings; turns the direction of writing; looks like markup.</summary>
    public const string Text = "\u001b[2J\u001b[31m\u001b]0;owned\u0007\u009b5n\u202egnp\u2066\u200f<img src=x onerror=alert(1)>\r\u2028\u0000end";

    private readonly WebApplication _app;

    private HostileNode(WebApplication app) => _app = app;

    /// <summary>ip:port.</summary>
    public string Address => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Authority;

    public static async Task<HostileNode> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.MapGet("/health/live", context => context.Response.WriteAsync("""{"status":"live","reasons":[]}"""));
        app.MapGet("/api/status", context => JsonAsync(context, new JsonObject
        {
            ["name"] = Text,
            ["uptimeSeconds"] = 1,
            ["partsAnswered"] = 3,
            ["reasons"] = new JsonArray(Text),
            ["endpoints"] = new JsonArray(new JsonObject { ["address"] = Text, ["isOpen"] = false, ["reason"] = Text, ["bytesIn"] = 1, ["bytesOut"] = 1 }),
        }));
        app.MapGet("/api/tree", context => JsonAsync(context, new JsonObject
        {
            ["node"] = Text,
            ["answers"] = Text,
            ["takenAt"] = "2026-11-28T12:00:00Z",
            ["actors"] = new JsonArray(
                new JsonObject { ["facts"] = Facts("/"), ["answered"] = false, ["status"] = "no answer: 3 messages wait, the oldest for 1500 ms" },
                new JsonObject { ["facts"] = Facts("/peers/" + Uri.EscapeDataString(Text)), ["answered"] = true, ["status"] = Text }),
            ["gone"] = new JsonArray(Facts("/gone/" + Text)),
        }));
        app.MapGet("/api/actors/{**path}", context => JsonAsync(context, new JsonObject
        {
            ["facts"] = Facts("/" + Text),
            ["state"] = new JsonObject
            {
                ["summary"] = Text,
                [Text] = Text,
                ["list"] = new JsonArray(Text, new JsonObject { ["name"] = Text, ["x"] = Text, ["y"] = 1 }, new JsonObject { ["name"] = Text, ["count"] = 1 }),
                ["tables"] = new JsonArray(new JsonObject { ["key"] = Text, ["unit"] = Text, ["size"] = 1, ["cap"] = 2 }),
                ["inside"] = new JsonObject { ["text"] = Text },
            },
            ["mailbox"] = new JsonArray(new JsonObject { ["type"] = Text, ["count"] = 1, ["oldestMs"] = 1 }),
            ["handled"] = new JsonArray(new JsonObject { ["type"] = Text, ["count"] = 1 }),
            ["last"] = new JsonArray(new JsonObject { ["type"] = Text }),
            ["events"] = new JsonArray(new JsonObject { ["kind"] = "Logged", ["text"] = Text }),
            ["failures"] = new JsonArray(Failure()),
            ["children"] = new JsonArray(Text),
        }));
        app.MapGet("/api/downloads", context => JsonAsync(context, new JsonObject
        {
            ["total"] = 1,
            ["running"] = new JsonArray(new JsonObject { ["id"] = Text, ["phase"] = Text, ["why"] = Text, ["lengthBytes"] = 10, ["doneBytes"] = 5, ["sources"] = new JsonArray() }),
        }));
        app.MapGet("/api/peers", context => JsonAsync(context, new JsonObject
        {
            ["total"] = 1,
            ["peers"] = new JsonArray(new JsonObject { ["address"] = Text, ["doubt"] = Text, ["heardAgoSeconds"] = 1 }),
        }));
        app.MapGet("/api/watch", context => StreamAsync(context, new JsonObject { ["at"] = "2026-11-28T12:00:00Z", ["value"] = Text }));
        app.MapGet("/api/tap", context => StreamAsync(
            context,
            new JsonObject { ["kind"] = "datagram", ["direction"] = "in", ["remote"] = Text, ["bytes"] = 1, ["messages"] = new JsonArray(Text), ["text"] = Text },
            new JsonObject { ["kind"] = "handled", ["path"] = Text, ["message"] = Text },
            new JsonObject { ["kind"] = "logged", ["path"] = Text, ["text"] = Text }));
        await app.StartAsync();
        return new HostileNode(app);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static JsonObject Facts(string path) => new()
    {
        ["path"] = path,
        ["type"] = Text,
        ["doing"] = Text,
        ["handled"] = 1,
        ["lastFailure"] = Failure(),
    };

    private static JsonObject Failure() => new()
    {
        ["path"] = Text,
        ["error"] = Text,
        ["reason"] = Text,
        ["decision"] = Text,
        ["message"] = Text,
        ["stack"] = Text + "\n" + Text,
    };

    private static Task JsonAsync(HttpContext context, JsonObject answer)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(Json(answer));
    }

    private static async Task StreamAsync(HttpContext context, params JsonObject[] events)
    {
        context.Response.ContentType = "text/event-stream";
        foreach (var one in events)
            await context.Response.WriteAsync($"data: {Json(one)}\n\n");
    }

    // As raw as JSON can be.
    private static string Json(JsonObject answer) =>
        answer.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
