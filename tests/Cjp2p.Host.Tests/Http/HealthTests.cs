using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Host.Http;
using Cjp2p.Host.Tests.Processes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Cjp2p.Host.Tests.Http;

/// <summary>Whether a node is ready, asked of a real one in this process.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task A_node_with_a_stuck_actor_is_not_ready_says_which_and_is_ready_again_when_it_goes_on()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAkka("health", akka => akka.AddCjp2pNode(NodeSettings.FromConfig(ConfigurationFactory.ParseString(
            """
            cjp2p { listen = ["127.0.0.1:0"], inspection { stuck-after = 1s, answer-timeout = 500ms } }
            """))));
        builder.Services.AddSingleton<NodeHandle>();
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
            hanging.LetGo();
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
