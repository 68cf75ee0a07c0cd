using System.Collections.Concurrent;
using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Dashboard;
using Cjp2p.Host.Http;
using Cjp2p.Host.Tests.Processes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cjp2p.Host.Tests.Http;

/// <summary>Whether a node is ready, asked of a real one in this process.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task A_node_with_a_stuck_actor_is_not_ready_says_and_logs_once_which_and_is_ready_again_when_it_goes_on()
    {
        var log = new Lines();
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAkka("health", akka => akka.AddCjp2pNode(NodeSettings.FromConfig(ConfigurationFactory.ParseString(
            """
            cjp2p { listen = ["127.0.0.1:0"], inspection { stuck-after = 1s, answer-timeout = 500ms } }
            """))));
        builder.Services.AddSingleton(services => new DashboardSource(
            (_, cancelled) => new ValueTask<Cjp2pNode>(Cjp2pNode.GetAsync(services, cancelled)), () => [], "", _ => false));
        builder.Services.AddHostedService(services => new WatchdogService(services, TimeSpan.FromSeconds(1), TimeProvider.System, log));
        using var host = builder.Build();
        await host.StartAsync();
        try
        {
            Assert.Equal(200, (await ReadyAsync(host)).Code);
            using var hanging = new HangingRef();
            host.Services.GetRequiredService<ActorSystem>().ActorSelection("/user/cjp2p/peers").Tell(PeerRegistryProtocol.GetPeers.Instance, hanging);
            var (code, body) = await Until.AnswerAsync(
                () => ReadyAsync(host), answer => answer.Body.Contains("/peers is stuck", StringComparison.Ordinal), Cjp2pProcess.Bound);
            Assert.Equal(503, code);
            Assert.Contains("it has been handling GetPeers", body, StringComparison.Ordinal);
            Assert.Contains("the peer registry does not answer", body, StringComparison.Ordinal);
            // Another one is found later, when the first one is seen to be stuck again.
            await Until.TrueAsync(() => log.Of(LogLevel.Error).Length == 1, Cjp2pProcess.Bound);
            host.Services.GetRequiredService<ActorSystem>().ActorSelection("/user/cjp2p/store").Tell(ContentStoreProtocol.GetStatus.Instance, hanging);
            await Until.TrueAsync(() => log.Of(LogLevel.Error).Length > 1, Cjp2pProcess.Bound);
            hanging.LetGo();
            await Until.TrueAsync(() => log.Of(LogLevel.Information).Length == 2, Cjp2pProcess.Bound);
            Assert.Collection(
                log.Of(LogLevel.Error),
                line => Assert.StartsWith("/peers is stuck: it has been handling GetPeers for ", line, StringComparison.Ordinal),
                line => Assert.StartsWith("/store is stuck: it has been handling GetStatus for ", line, StringComparison.Ordinal));
            Assert.Equal(["/peers is not stuck any more", "/store is not stuck any more"], log.Of(LogLevel.Information).Order());
            await Until.AnswerAsync(() => ReadyAsync(host), answer => answer.Code == 200, Cjp2pProcess.Bound);
        }
        finally
        {
            await host.StopAsync();
        }
    }

    private static async Task<(int Code, string Body)> ReadyAsync(IHost host)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = host.Services };
        context.Response.Body = body;
        await NodeQueries.Endpoints.Single(endpoint => endpoint.Path == "/health/ready").Handler(new ApiCall(context));
        return (context.Response.StatusCode, Encoding.UTF8.GetString(body.ToArray()));
    }

    private sealed class Lines : ILogger<WatchdogService>
    {
        private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();

        public string[] Of(LogLevel level) => [.. _lines.Where(line => line.Level == level).Select(line => line.Text)];

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue((logLevel, formatter(state, exception)));
    }

    /// <summary>Whoever answers it hangs until it is let go.</summary>
    private sealed class HangingRef : MinimalActorRef, IDisposable
    {
        private readonly ManualResetEventSlim _go = new();

        public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "hanging";

        public override IActorRefProvider Provider => throw new NotSupportedException("it belongs to no system");

        public void LetGo() => _go.Set();

        public void Dispose()
        {
            _go.Set();
            _go.Dispose();
        }

        protected override void TellInternal(object message, IActorRef sender) => _go.Wait(Cjp2pProcess.Bound);
    }
}
