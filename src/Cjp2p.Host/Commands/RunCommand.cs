using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Akka.Hosting;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Configuration;
using Cjp2p.Host.Hooks;
using Cjp2p.Host.Http;
using Cjp2p.Host.Logging;
using Cjp2p.Host.Output;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Spectre.Console;

namespace Cjp2p.Host.Commands;

/// <summary><c>cjp2p run</c>: a node until it is stopped.</summary>
internal static class RunCommand
{
    private const int LiveLogEvents = 100;
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How much longer than the node itself the program may take to stop: with the 8 s of cjp2p.shutdown-timeout it ends
    /// within ten seconds, whatever hangs.
    /// </summary>
    private static readonly TimeSpan StopReserve = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan HttpPatience = TimeSpan.FromSeconds(0.5);

    public static Command Create(StopSignals signals)
    {
        var node = new NodeOptions(
            "A peer to begin with; repeatable.", "Address to listen on; repeatable (default 127.0.0.1:24254). Port 0: any free one.");
        var share = new Option<string[]>("--share", "-s")
        {
            Description = "Folder to share, with everything below it; repeatable (default ./shared).",
            HelpName = "folder",
            Arity = ArgumentArity.OneOrMore,
        };
        var data = Options.Data("Folder for the node's own files (default ./data).");
        var http = new Option<PeerAddress?>("--http")
        {
            Description = "Address of the HTTP API (default 127.0.0.1:24255); beyond loopback only with cjp2p.http.token.",
            HelpName = "ip:port",
            CustomParser = result => Options.Address(result, result.Tokens[0].Value),
        };
        var noHttp = new Option<bool>("--no-http") { Description = "No HTTP API." };
        var plain = new Option<bool>("--plain") { Description = "Log lines instead of the live status, also on a terminal." };
        var json = Options.Json("Print where it listens as a JSON object, and no live status.");
        var command = new Command("run", "Run a node until Ctrl-C or SIGTERM.");
        node.AddTo(command);
        foreach (var option in new Option[] { share, data, http, noHttp, plain, json })
            command.Add(option);
        node.AddRest(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(http) is not null && result.GetResult(noHttp) is not null)
                result.AddError("--http and --no-http contradict each other");
        });
        command.SetAction((parsed, cancelled) => RunAsync(
            () => node.Settings(
                parsed,
                [
                    .. parsed.GetValue(share) is { Length: > 0 } folders
                        ? [NodeOptions.Given("cjp2p.content.shared", Setting.QuoteAll(folders), "--share")]
                        : Array.Empty<Setting>(),
                    .. parsed.GetValue(data) is { } folder
                        ? [NodeOptions.Given("cjp2p.content.data", Setting.Quote(folder), "--data")]
                        : Array.Empty<Setting>(),
                    .. parsed.GetValue(http) is { } address
                        ? [NodeOptions.Given(HostSettings.HttpKey, Setting.Quote(address.ToString()), "--http")]
                        : Array.Empty<Setting>(),
                    .. parsed.GetValue(noHttp)
                        ? [NodeOptions.Given(HostSettings.HttpKey, "\"\"", "--no-http")]
                        : Array.Empty<Setting>(),
                ],
                RunFolders.Defaults),
            settings => node.Log(parsed, settings.LogLevel),
            signals,
            new Form(
                parsed.GetValue(json),
                Live: Terminal.CanDrawOutput && !parsed.GetValue(plain) && !parsed.GetValue(json)
                    && parsed.GetValue(node.LogForm) == LogForm.Text),
            cancelled));
        return command;
    }

    private static async Task<int> RunAsync(
        Func<HostSettings> load, Func<HostSettings, LogOptions> logOf, StopSignals signals, Form form, CancellationToken cancelled)
    {
        var settings = load();
        var effective = new EffectiveSettings(settings);
        var log = logOf(settings);
        RunFolders.Prepare(settings.Node.Content);
        var live = form.Live ? new LiveLog(LiveLogEvents) : null;
        var level = new LoggingLevelSwitch();
        var levels = new SubtreeLevels(settings.Node.Name, level, log.Level);
        var tail = new LiveLog(Diagnostics.LogLines);
        var token = AccessToken.Of(settings.Http?.Token ?? "");
        var held = form.Live ? null : HostLogging.HoldBack(log);
        var logger = HostLogging.Create(log, live, level, tail, levels, held);
        var reloading = new Reloading(effective, load, read => logOf(read).Level, levels, logger);
        // It waits until the node is up.
        signals.OnReload(reloading.Ask);
        var host = Build(effective, log, logger, token, levels, tail);
        var node = await StartAsync(host, settings, level, cancelled).ConfigureAwait(false);
        held?.Release();
        var hooks = await host.Services.GetRequiredService<IRequiredActor<HookActor>>().GetAsync(cancelled).ConfigureAwait(false);
        var reloads = reloading.RunAsync(node, hooks, cancelled);
        SystemdNotify.Ready();
        await using var stopping = cancelled.Register(SystemdNotify.Stopping).ConfigureAwait(false);
        var udp = node.Addresses.Select(address => address.ToString()).ToArray();
        var http = HttpAddress(host);
        if (http is not null)
            NodeFile.Write(settings.Node.Content.Data, new NodeFileDocument(http, token.Text, Environment.ProcessId));
        var stopped = node.WhenStoppedAsync(CancellationToken.None);
        if (live is not null)
        {
            await DrawAsync(new RunView(udp, http), node, live, () => StopAsync(host, settings, logger), stopped, cancelled).ConfigureAwait(false);
        }
        else
        {
            Announce(udp, http, form.Json);
            await WaitAsync(stopped, cancelled).ConfigureAwait(false);
            await StopAsync(host, settings, logger).ConfigureAwait(false);
        }

        NodeFile.Delete(settings.Node.Content.Data);
        if (cancelled.IsCancellationRequested)
            await reloads.ConfigureAwait(false);
        return cancelled.IsCancellationRequested
            ? ExitCodes.Done
            : throw UserException.Failed("the node stopped by itself: a part of it failed too often; the log says which");
    }

    // What hangs then is left to the end of the process.
    private static async Task StopAsync(IHost host, HostSettings settings, Logger logger)
    {
        await EndHttpAsync(host).ConfigureAwait(false);
        if (await Bounded.EndsAsync(host.StopAsync(CancellationToken.None), settings.Node.ShutdownTimeout + StopReserve).ConfigureAwait(false))
            host.Dispose();
        else
            logger.Error("The node does not end in order (a disk that does not answer?); what could not be saved is fetched again");
    }

    // Who reads a stream, or has sent half a request, does not keep the node from ending in order.
    private static async Task EndHttpAsync(IHost host)
    {
        if (host.Services.GetService<IServer>() is not { } server)
            return;
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        using var patience = new CancellationTokenSource(HttpPatience);
        await server.StopAsync(patience.Token).ConfigureAwait(false);
    }

    private static IHost Build(
        EffectiveSettings effective, LogOptions log, Logger logger, AccessToken token, SubtreeLevels levels, LiveLog tail)
    {
        var settings = effective.Started;
        // Empty builders: no appsettings.json, no ASPNETCORE_ or DOTNET_ variables, no loggers besides ours.
        if (settings.Http is null)
        {
            var plain = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            AddNode(plain.Services, settings, log, logger);
            return plain.Build();
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        AddNode(builder.Services, settings, log, logger);
        HttpApi.AddServer(builder, effective, token, levels, tail);
        var app = builder.Build();
        HttpApi.Map(app);
        return app;
    }

    private static void AddNode(IServiceCollection services, HostSettings settings, LogOptions log, Logger logger)
    {
        services.AddSerilog(logger, dispose: true);
        // Signals are handled once, for all commands.
        services.AddSingleton<IHostLifetime, NoLifetime>();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.Node.ShutdownTimeout + StopReserve);
        var hooks = new HookGauge();
        services.AddSingleton(hooks);
        services.AddAkka("cjp2p", akka => akka
            .AddCjp2pNode(settings.Node, mustStart: false)
            // Everything, since the level may be lowered while it runs.
            .AddHocon(HostLogging.AkkaConfig(log, everything: true), HoconAddMode.Prepend)
            .WithActors((system, registry, _) =>
                registry.Register<HookActor>(system.ActorOf(HookActor.Props(settings.Node.Hooks, hooks), HookActor.Name)))
            // Last, so that what the user says about Akka itself wins.
            .AddHocon(settings.System, HoconAddMode.Prepend));
        services.AddHostedService(provider => new WatchdogService(
            provider, settings.Node.Inspection.StuckAfter, TimeProvider.System, provider.GetRequiredService<ILogger<WatchdogService>>()));
    }

    private static async Task<Cjp2pNode> StartAsync(
        IHost host, HostSettings settings, LoggingLevelSwitch level, CancellationToken cancelled)
    {
        try
        {
            await host.StartAsync(cancelled).ConfigureAwait(false);
            return await Cjp2pNode.GetAsync(host.Services, cancelled).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NodeException or IOException or SocketException)
        {
            // One line says why; that its parts stop now is no news.
            level.MinimumLevel = LogEventLevel.Fatal;
            await host.StopAsync(CancellationToken.None).ConfigureAwait(false);
            throw UserException.Failed(e is NodeException ? e.Message : DescribeHttp(e, settings.Http!.Listen), e);
        }
    }

    private static string DescribeHttp(Exception e, IPEndPoint endpoint) =>
        e.InnerException is AddressInUseException
            ? $"TCP port {endpoint.Port} on {endpoint.Address} is already in use (--http takes another one, --no-http none)"
            : $"HTTP cannot listen on {endpoint}: {FileProblems.Describe(e)}";

    private static string? HttpAddress(IHost host) =>
        host.Services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is { } url
            ? new Uri(url).Authority
            : null;

    private static void Announce(string[] udp, string? http, bool json)
    {
        if (json)
        {
            Terminal.WriteJson(new ListeningReport(udp, http), Json.Lines.ListeningReport);
            return;
        }

        foreach (var address in udp)
            Terminal.WriteLine($"listening on udp {address}");
        if (http is not null)
            Terminal.WriteLine($"listening on http {http}");
    }

    private static async Task WaitAsync(Task stopped, CancellationToken cancelled)
    {
        var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancelled.Register(signal.SetResult).ConfigureAwait(false);
        await Task.WhenAny(stopped, signal.Task).ConfigureAwait(false);
    }

    private static async Task DrawAsync(
        RunView view, Cjp2pNode node, LiveLog log, Func<Task> stop, Task stopped, CancellationToken cancelled)
    {
        var console = AnsiConsole.Console;
        await console.Live(Text.Empty).Overflow(VerticalOverflow.Crop).StartAsync(async context =>
        {
            using var timer = new PeriodicTimer(Refresh);
            Task<bool> tick;
            do
            {
                await AddStatusAsync(view, node, cancelled).ConfigureAwait(false);
                Draw(isStopping: false);
                tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
                await WaitAsync(Task.WhenAny(stopped, tick), cancelled).ConfigureAwait(false);
            }
            while (!cancelled.IsCancellationRequested && !stopped.IsCompleted);

            Draw(isStopping: true);
            await stop().ConfigureAwait(false);
            Draw(isStopping: true);

            void Draw(bool isStopping)
            {
                Terminal.FitWidth(console);
                context.UpdateTarget(view.Render(
                    log.Last(LiveLogEvents),
                    console.Profile.Width,
                    console.Profile.Height,
                    console.Profile.Capabilities.Unicode,
                    isStopping));
            }
        }).ConfigureAwait(false);
    }

    private static async Task AddStatusAsync(RunView view, Cjp2pNode node, CancellationToken cancelled)
    {
        try
        {
            view.Add(await node.StatusAsync(cancelled).ConfigureAwait(false));
        }
        catch (Exception e) when (e is NodeException or OperationCanceledException)
        {
            // It is being stopped, or busy: the view shows what was last known.
        }
    }

    /// <summary>How the command shows itself.</summary>
    /// <param name="Json">JSON for where it listens.</param>
    /// <param name="Live">A live status.</param>
    private sealed record Form(bool Json, bool Live);

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
