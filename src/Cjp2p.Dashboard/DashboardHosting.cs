using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;

namespace Cjp2p.Dashboard;

/// <summary>Adds the page to a host. Who may ask for it is decided by whoever stands before it.</summary>
public static class DashboardHosting
{
    /// <summary>Pages that lost their connection and are kept, should they come back.</summary>
    private const int LostPagesMax = 4;

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
        + "connect-src 'self'; form-action 'none'; base-uri 'self'; frame-ancestors 'none'";

    private static readonly TimeSpan LostPagesKept = TimeSpan.FromSeconds(15);

    private static readonly (string Name, string Type)[] Assets =
    [
        ("blazor.web.js", "text/javascript; charset=utf-8"),
        ("MudBlazor.min.js", "text/javascript; charset=utf-8"),
        ("MudBlazor.min.css", "text/css; charset=utf-8"),
        ("dashboard.js", "text/javascript; charset=utf-8"),
        ("dashboard.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ];

    /// <summary>Adds what the page is made of.</summary>
    /// <param name="services">Services of the host.</param>
    /// <param name="source">Makes what the page shows.</param>
    public static void AddDashboard(this IServiceCollection services, Func<IServiceProvider, DashboardSource> source)
    {
        services.AddSingleton(source);
        services.AddScoped<Viewer>();
        services.Configure<KeyManagementOptions>(keys =>
        {
            keys.XmlRepository = new MemoryKeys();
            keys.XmlEncryptor = new NullXmlEncryptor();
        });
        services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            // Whoever may see the page may see what broke in it.
            circuits.DetailedErrors = true;
            circuits.DisconnectedCircuitMaxRetained = LostPagesMax;
            circuits.DisconnectedCircuitRetentionPeriod = LostPagesKept;
        });
        services.AddMudServices();
    }

    /// <summary>Maps the page, its files and its connection.</summary>
    /// <param name="endpoints">Addresses of the host.</param>
    public static void MapDashboard(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/", context =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            return new RazorComponentResult<App>().ExecuteAsync(context);
        });
        foreach (var (name, type) in Assets)
            endpoints.MapGet("/dashboard/" + name, context => SendAsync(context, name, type));
        endpoints.MapBlazorHub();
    }

    private static async Task SendAsync(HttpContext context, string name, string type)
    {
        await using var asset = typeof(DashboardHosting).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded");
        context.Response.ContentType = type;
        context.Response.ContentLength = asset.Length;
        await asset.CopyToAsync(context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }
}
