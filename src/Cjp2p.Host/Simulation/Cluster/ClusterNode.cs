using System.Globalization;
using System.Net;
using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cjp2p.Host.Simulation.Cluster;

/// <summary>
/// This process as a member of the cluster that plays one world. The one that was started first is the seed node and drives
/// the run; slices are the entities of a shard region and lie wherever the cluster puts them.
/// </summary>
internal sealed class ClusterNode : IAsyncDisposable
{
    /// <summary>Slices, and processes, at the most.</summary>
    public const int SlicesMax = 64;

    private const string SystemName = "cjp2p-simulation";
    private readonly Lock _lock = new();
    private readonly HashSet<Address> _members = [];
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _came = new(0);
    private readonly Address? _driver;
    private IHost? _host;

    private ClusterNode(Address? driver) => _driver = driver;

    /// <summary>The actor system.</summary>
    public ActorSystem System => _host!.Services.GetRequiredService<ActorSystem>();

    /// <summary>Where this process can be joined.</summary>
    public Address Address => Akka.Cluster.Cluster.Get(System).SelfAddress;

    /// <summary>The region of all slices.</summary>
    public IActorRef Slices => ActorRegistry.For(System).Get<SliceActor>();

    /// <summary>Ends with one line when a member was lost.</summary>
    public Task<string> LostMember => _lost.Task;

    /// <summary>Ends when the process that drives the run has left in good order.</summary>
    public Task DriverLeft => _left.Task;

    /// <summary>Starts it; on its own, or (with <paramref name="driver"/>) to join the process there.</summary>
    public static async Task<ClusterNode> StartAsync(IPEndPoint listen, IPEndPoint? driver)
    {
        var address = driver is null ? null : new Address("akka.tcp", SystemName, driver.Address.ToString(), driver.Port);
        var node = new ClusterNode(address);
        node._host = new HostBuilder()
            .ConfigureLogging(logging => logging.ClearProviders())
            .ConfigureServices(services => services.AddAkka(SystemName, (akka, _) => akka
                .AddHocon(Hocon(listen), HoconAddMode.Prepend)
                .WithClustering(new ClusterOptions { SeedNodes = address is null ? null : [address.ToString()] })
                .WithShardRegion<SliceActor>("slices", _ => SliceActor.Props(), new SliceActor.Extractor(), new ShardOptions
                {
                    StateStoreMode = StateStoreMode.DData,
                    RememberEntities = false,
                    ShouldPassivateIdleEntities = false,
                })
                .WithActors((system, _) => system.ActorOf(Props.Create(() => new ClusterWatchActor(node)), "watch"))))
            .Build();
        await node._host.StartAsync().ConfigureAwait(false);
        if (driver is null)
        {
            var cluster = Akka.Cluster.Cluster.Get(node.System);
            cluster.Join(cluster.SelfAddress);
        }

        return node;
    }

    /// <summary>Waits for members, this one included. False: they did not come in time.</summary>
    public async Task<bool> WaitForAsync(int members, TimeSpan limit, CancellationToken cancelled)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            lock (_lock)
            {
                if (_members.Count >= members)
                    return true;
            }

            var left = limit - TimeProvider.System.GetElapsedTime(began);
            if (left <= TimeSpan.Zero || !await _came.WaitAsync(left, cancelled).ConfigureAwait(false))
                return false;
        }
    }

    /// <summary>Somebody, maybe this one itself, is in.</summary>
    internal void Came(Address member)
    {
        lock (_lock)
            _members.Add(member);
        _came.Release();
    }

    /// <summary>Somebody is going, or gone, in good order.</summary>
    internal void Left(Address member)
    {
        if (member.Equals(_driver))
            _left.TrySetResult();
        else
            Lost(member);
    }

    /// <summary>Somebody does not answer any more.</summary>
    internal void Lost(Address member)
    {
        if (!member.Equals(Address))
            _lost.TrySetResult($"the process at {member.Host}:{member.Port} was lost");
    }

    /// <summary>A process that this one had started has ended; the cluster would notice later.</summary>
    internal void Ended(int processId) =>
        _lost.TrySetResult(string.Create(CultureInfo.InvariantCulture, $"process {processId} of the cluster has ended"));

    /// <summary>Leaves the cluster, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_host is not { } host)
            return;
        await host.StopAsync().ConfigureAwait(false);
        host.Dispose();
    }

    private static string Hocon(IPEndPoint listen) =>
        $$"""
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          loggers = []
          log-dead-letters = off
          remote.dot-netty.tcp {
            hostname = "{{listen.Address}}"
            port = {{listen.Port}}
            maximum-frame-size = 268435456b
            send-buffer-size = 4194304b
            receive-buffer-size = 4194304b
            # Each window is a question and an answer: nothing is gained by waiting for more to send.
            batching.enabled = off
          }
          cluster {
            # Nobody is replaced: whoever is lost ends the run.
            downing-provider-class = ""
            # A process that computes on a busy machine is not dead.
            failure-detector.acceptable-heartbeat-pause = 30s
            sharding.rebalance-interval = 10d
          }
          actor {
            serializers.slice = "{{typeof(SliceSerializer).AssemblyQualifiedName}}"
            serialization-bindings {
              "{{typeof(SliceCall).AssemblyQualifiedName}}" = slice
              "{{typeof(SliceAnswer).AssemblyQualifiedName}}" = slice
            }
          }
        }
        cjp2p.simulation.slice-dispatcher.type = PinnedDispatcher
        """;
}
