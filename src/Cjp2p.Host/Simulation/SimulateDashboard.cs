using System.Net;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Simulation.Scenarios;
using Cjp2p.Dashboard;
using Cjp2p.Dashboard.Worlds;
using Cjp2p.Host.Http;
using Cjp2p.Host.Output;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cjp2p.Host.Simulation;

/// <summary>The page and the API of a running node, with a simulated world behind it that stands still or goes on as its user likes.</summary>
internal static class SimulateDashboard
{
    /// <summary>Serves the page until it is cancelled.</summary>
    /// <param name="run">The run; nothing has happened in it yet.</param>
    /// <param name="listen">Where; loopback.</param>
    /// <param name="pause">Where to pause first; null: at the start.</param>
    /// <param name="cancelled">Ends it.</param>
    public static async Task ServeAsync(ScenarioRun run, IPEndPoint listen, PauseAt? pause, CancellationToken cancelled)
    {
        using var driver = new WorldDriver(run);
        var token = AccessToken.Of("");
        var app = Build(driver, new HttpSettings(listen, token.Text, [], 0, null), token);
        await using (app.ConfigureAwait(false))
        {
            try
            {
                await app.StartAsync(cancelled).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                throw UserException.Failed($"HTTP cannot listen on {listen}: {FileProblems.Describe(e)}", e);
            }

            var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
            Terminal.WriteLine($"open http://{address.Authority}/login?token={token.Text}");
            Terminal.WriteErrorLine($"cjp2p simulate: the page steps and runs on, cjp2p inspect, top and tap look inside with --node {address.Authority}/node-0; Ctrl-C ends");
            if (pause?.Time is { } time && time > TimeSpan.Zero)
                driver.RunFor(time);
            else if (pause is { Time: null })
                driver.RunToTrouble();
            // The world is this thread's from here on.
            await Task.Factory.StartNew(
                () => driver.Run(cancelled), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static WebApplication Build(WorldDriver driver, HttpSettings http, AccessToken token)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        HttpApi.AddListener(builder, http, token);
        builder.Services.AddSingleton<DownloadJobs>();
        builder.Services.AddSingleton(services => new AuditLog("", services.GetRequiredService<ILogger<AuditLog>>()));
        builder.Services.AddDashboard(services => new DashboardSource(
            async (number, stop) => await driver.OpenAsync(number, stop).ConfigureAwait(false),
            () => [],
            ProgramVersion.Text,
            context => services.GetRequiredService<HttpGuard>().HasToken(context.Request),
            driver));
        var app = builder.Build();
        HttpApi.MapWorld(app);
        return app;
    }
}
