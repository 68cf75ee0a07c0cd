using System.Net;
using System.Text.Json.Serialization.Metadata;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Node;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cjp2p.Host.Http;

/// <summary>The HTTP API of a node: how it is, and whether it is well. Reads only, and answers loopback only.</summary>
internal static class HttpApi
{
    private const long BodyBytesMax = 16 * 1024;
    private const int ConnectionsMax = 64;

    /// <summary>Adds the server, and nothing that reads configuration of its own.</summary>
    public static void AddServer(WebApplicationBuilder builder, IPEndPoint endpoint)
    {
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Listen(endpoint);
        });
        builder.Services.AddRoutingCore();
    }

    /// <summary>Maps the addresses of the API.</summary>
    public static void Map(WebApplication app)
    {
        app.Use(RefuseForeignHosts);
        app.MapGet("/api/status", StatusAsync);
        app.MapGet("/health/live", LiveAsync);
        app.MapGet("/health/ready", ReadyAsync);
    }

    /// <summary>
    /// Whether a Host header names this machine's loopback. A page of another site whose name was made to point here
    /// ("DNS rebinding") has its own name there, and is refused.
    /// </summary>
    public static bool IsLoopbackHost(HostString host)
    {
        var name = host.Host;
        return string.Equals(name, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>Why a node is not ready; empty when it is.</summary>
    public static string[] ReasonsAgainst(NodeProtocol.NodeStatus status) =>
    [
        .. status.Socket is null ? ["the socket actor does not answer"] : Array.Empty<string>(),
        .. status.Socket?.Endpoints.Where(endpoint => !endpoint.IsOpen)
            .Select(endpoint => $"the socket on {endpoint.Address} is down: {endpoint.Reason}") ?? [],
        .. status.Peers is null ? ["the peer registry does not answer"] : Array.Empty<string>(),
        .. status.Store is null ? ["the content store does not answer"] : Array.Empty<string>(),
        .. status.Downloads is null ? ["the download manager does not answer"] : Array.Empty<string>(),
    ];

    private static Task RefuseForeignHosts(HttpContext context, RequestDelegate next)
    {
        if (IsLoopbackHost(context.Request.Host))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync("Only requests to a loopback address are answered.\n", context.RequestAborted);
    }

    private static async Task StatusAsync(HttpContext context)
    {
        try
        {
            var node = await Cjp2pNode.GetAsync(context.RequestServices, context.RequestAborted).ConfigureAwait(false);
            var status = await node.StatusAsync(context.RequestAborted).ConfigureAwait(false);
            await WriteAsync(context, StatusDocument.From(status), HttpJson.Default.StatusDocument).ConfigureAwait(false);
        }
        catch (NodeException e)
        {
            await DegradedAsync(context, [e.Message]).ConfigureAwait(false);
        }
    }

    // That it answers is the answer: whoever restarts what is not live must not do so for a socket that is being reopened.
    private static Task LiveAsync(HttpContext context) =>
        WriteAsync(context, new HealthDocument("live", []), HttpJson.Default.HealthDocument);

    private static async Task ReadyAsync(HttpContext context)
    {
        string[] reasons;
        try
        {
            var node = await Cjp2pNode.GetAsync(context.RequestServices, context.RequestAborted).ConfigureAwait(false);
            reasons = ReasonsAgainst(await node.StatusAsync(context.RequestAborted).ConfigureAwait(false));
        }
        catch (NodeException e)
        {
            reasons = [e.Message];
        }

        if (reasons.Length == 0)
            await WriteAsync(context, new HealthDocument("ready", []), HttpJson.Default.HealthDocument).ConfigureAwait(false);
        else
            await DegradedAsync(context, reasons).ConfigureAwait(false);
    }

    private static Task DegradedAsync(HttpContext context, string[] reasons)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return WriteAsync(context, new HealthDocument("degraded", reasons), HttpJson.Default.HealthDocument);
    }

    private static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(value, type, cancellationToken: context.RequestAborted);
    }
}
