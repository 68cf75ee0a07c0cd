using Cjp2p.Actors.Inspection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Cjp2p.Host.Http;

/// <summary>Meters and traces by OpenTelemetry: for Prometheus at <c>/metrics</c>, and by OTLP where the user names an address.</summary>
internal static class Telemetry
{
    private const string Path = "/metrics";

    /// <summary>The address for Prometheus, for the description.</summary>
    public static ApiEndpoint Endpoint { get; } =
        new("GET", Path, "Meters, in the text form of Prometheus.", _ => Task.CompletedTask) { Media = "text/plain" };

    /// <summary>Adds what gathers and exports.</summary>
    public static void Add(IServiceCollection services, HttpSettings settings)
    {
        services.AddHostedService<Meters>();
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("cjp2p", serviceVersion: ProgramVersion.Text))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(NodeTelemetry.Name).AddMeter("System.Runtime").AddPrometheusExporter();
                if (settings.OtlpEndpoint is { } endpoint)
                    metrics.AddOtlpExporter(otlp => otlp.Endpoint = endpoint);
            })
            .WithTracing(traces =>
            {
                // Nobody would see them otherwise, and a trace costs something.
                if (settings.OtlpEndpoint is { } endpoint)
                    traces.AddSource(NodeTelemetry.Name).AddOtlpExporter(otlp => otlp.Endpoint = endpoint);
            });
    }

    /// <summary>Maps the address for Prometheus.</summary>
    public static void Map(WebApplication app) => app.MapPrometheusScrapingEndpoint(Path);

    /// <summary>Offers the node's meters from when it is up until it stops.</summary>
    private sealed class Meters(NodeHandle node) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            try
            {
                using var telemetry = new NodeTelemetry((await node.GetAsync(stoppingToken).ConfigureAwait(false)).Inspector.Inside);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is Cjp2p.Actors.Hosting.NodeException or OperationCanceledException)
            {
                // It is over, or never began.
            }
        }
    }
}
