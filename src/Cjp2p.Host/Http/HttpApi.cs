using System.Text.Json;
using System.Text.Json.Nodes;
using Cjp2p.Actors.Hosting;
using Cjp2p.Dashboard;
using Cjp2p.Host.Configuration;
using Cjp2p.Host.Logging;
using Cjp2p.Host.Output;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cjp2p.Host.Http;

/// <summary>The HTTP API of a node: looks inside, and acts on it. Who may, says <see cref="HttpGuard"/>.</summary>
internal static class HttpApi
{
    private const long BodyBytesMax = 64 * 1024;
    private const int ConnectionsMax = 64;
    private const int AuditTextMax = 500;
    private const string DescriptionPath = "/openapi.json";
    private static readonly (string, string) NodeQuery = (ApiCall.NodeParameter, "Number of the node in the simulated world (default 0).");

    /// <summary>Every address of a live node but the description's own.</summary>
    public static IEnumerable<ApiEndpoint> Endpoints =>
        [.. NodeQueries.Endpoints, .. NodeActions.Endpoints, .. Diagnostics.Endpoints];

    /// <summary>The same for the nodes of a simulated world, and what there is about the world itself.</summary>
    public static IEnumerable<ApiEndpoint> WorldEndpoints =>
    [
        .. Endpoints.Select(endpoint => endpoint.IsLiveOnly
            ? endpoint with { Handler = RefuseAsync }
            : endpoint with { Query = [.. endpoint.Query, NodeQuery] }),
        .. WorldApi.Endpoints,
    ];

    /// <summary>Adds the server, and nothing that reads configuration of its own.</summary>
    public static void AddServer(WebApplicationBuilder builder, EffectiveSettings effective, AccessToken token, SubtreeLevels levels, LiveLog log)
    {
        var settings = effective.Started;
        var http = settings.Http!;
        AddListener(builder, http, token);
        builder.Services.AddSingleton(effective);
        builder.Services.AddSingleton(levels);
        builder.Services.AddSingleton(log);
        builder.Services.AddSingleton(new CaptureFiles(settings.Node.Content.Data, http.CaptureBytesMax));
        builder.Services.AddSingleton<NodeHandle>();
        builder.Services.AddSingleton<DownloadJobs>();
        builder.Services.AddSingleton(services =>
            new AuditLog(settings.Node.Content.Data, services.GetRequiredService<ILogger<AuditLog>>()));
        builder.Services.AddHostedService<HostTables>();
        Telemetry.Add(builder.Services, http);
        builder.Services.AddDashboard(services => new DashboardSource(
            (_, cancelled) => services.GetRequiredService<NodeHandle>().GetAsync(cancelled),
            () => [.. services.GetRequiredService<DownloadJobs>().Ended.Select(one => new EndedRow(
                one.Id, one.Path, one.EndedAt, one.IsFinished, one.Reason ?? "", one.LengthBytes, one.Seconds))],
            ProgramVersion.Text,
            context => services.GetRequiredService<HttpGuard>().HasToken(context.Request)));
    }

    /// <summary>Adds what listens, and the guard.</summary>
    public static void AddListener(WebApplicationBuilder builder, HttpSettings http, AccessToken token)
    {
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Listen(http.Listen);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(token);
        builder.Services.AddSingleton(new HttpGuard(http, token));
    }

    /// <summary>Maps the page and the addresses of the API of a live node, with the guard before them.</summary>
    public static void Map(WebApplication app)
    {
        Map(app, [.. Endpoints], Telemetry.Endpoint);
        Telemetry.Map(app);
    }

    /// <summary>Maps the page and the addresses of the API of a simulated world, with the guard before them.</summary>
    public static void MapWorld(WebApplication app) => Map(app, [.. WorldEndpoints]);

    private static void Map(WebApplication app, ApiEndpoint[] endpoints, params ApiEndpoint[] others)
    {
        app.Use(GuardAsync);
        app.MapGet("/login", LoginAsync);
        app.MapDashboard();
        foreach (var endpoint in endpoints)
            app.MapMethods(endpoint.Path, [endpoint.Method], context => HandleAsync(context, endpoint));
        var description = new Lazy<byte[]>(() => DescriptionBytes([.. endpoints, .. others]));
        app.MapGet(DescriptionPath, context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.Body.WriteAsync(description.Value, context.RequestAborted).AsTask();
        });
    }

    private static Task RefuseAsync(ApiCall call) =>
        throw new ApiException(StatusCodes.Status409Conflict, "this is a simulated node: only a live one has that");

    private static async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        // A stream has no end of its own.
        var aborted = context.RequestAborted;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            aborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        context.RequestAborted = ending.Token;
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        if (context.RequestServices.GetRequiredService<HttpGuard>().Refusal(context) is { } refusal)
        {
            context.Response.StatusCode = refusal.Status;
            if (HttpGuard.IsChange(context.Request))
                Audit(context, $"{context.Request.Method} {context.Request.Path}", "", "refused: " + refusal.Reason);
            await context.Response.WriteAsync(refusal.Reason + "\n", context.RequestAborted).ConfigureAwait(false);
            return;
        }

        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Who asked has gone, or the node stops.
        }
        finally
        {
            context.RequestAborted = aborted;
        }
    }

    private static async Task HandleAsync(HttpContext context, ApiEndpoint endpoint)
    {
        var call = new ApiCall(context);
        var outcome = "done";
        try
        {
            await endpoint.Handler(call).ConfigureAwait(false);
        }
        catch (ApiException e)
        {
            outcome = e.Message;
            await call.WriteAsync(new ErrorDocument(e.Message), HttpJson.Default.ErrorDocument, e.Status).ConfigureAwait(false);
        }
        catch (NodeException e)
        {
            outcome = e.Message;
            await call.WriteAsync(new ErrorDocument(e.Message), HttpJson.Default.ErrorDocument, StatusCodes.Status503ServiceUnavailable)
                .ConfigureAwait(false);
        }
        finally
        {
            if (endpoint.IsAction)
                Audit(context, $"{endpoint.Method} {endpoint.Path}", call.Of, outcome);
        }
    }

    private static void Audit(HttpContext context, string action, string of, string outcome) =>
        context.RequestServices.GetService<AuditLog>()?.Add(new AuditEntry(
            context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow(),
            context.Connection.RemoteIpAddress is { } ip ? $"{ip}:{context.Connection.RemotePort}" : "",
            Visible.Cut(action, AuditTextMax),
            Visible.Cut(of, AuditTextMax),
            Visible.Cut(outcome, AuditTextMax)));

    // The guard has looked at the token where one is needed.
    private static Task LoginAsync(HttpContext context)
    {
        if (context.RequestServices.GetRequiredService<AccessToken>().Is(context.Request.Query["token"]))
        {
            context.Response.Cookies.Append(
                HttpGuard.CookieName,
                context.Request.Query["token"].ToString(),
                new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Path = "/" });
        }

        context.Response.Redirect("/");
        return Task.CompletedTask;
    }

    private static byte[] DescriptionBytes(IEnumerable<ApiEndpoint> endpoints)
    {
        var description = OpenApiDescription.Of(endpoints);
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
            ((JsonNode)description).WriteTo(writer);
        return bytes.ToArray();
    }
}
