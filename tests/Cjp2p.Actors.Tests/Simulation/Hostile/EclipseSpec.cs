using System.Text;
using Akka.Actor;
using Akka.Configuration;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Invariants;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Transport;
using Xunit.Abstractions;

namespace Cjp2p.Actors.Tests.Simulation.Hostile;

/// <summary>
/// Somebody with 10,000 addresses in four networks wants to be all that a node knows: a whole node with its database, for a
/// virtual week. Each of the addresses comes by itself twice, answers whenever it is asked, and names only others of its kind.
/// </summary>
public sealed class EclipseSpec(ITestOutputHelper output)
{
    private const int Attackers = 10_000;
    private const int Honest = 200;

    [Fact]
    public void After_a_week_of_an_eclipse_honest_peers_are_known_and_told_and_are_whom_a_restart_comes_back_to()
    {
        using var world = new SimWorld(new SimWorldSettings { Seed = 11 });
        world.Invariants.Add(new TableCaps());
        var honest = Enumerable.Range(0, Honest).Select(i => PeerAddress.FromIPv4((uint)((20 + i / 2) << 24 | (i % 2) << 16 | 0x0707), 24254)).ToArray();
        var attackers = Enumerable.Range(0, Attackers).Select(i => PeerAddress.FromIPv4((185u << 24) | ((uint)i % 4 << 16) | (256 + (uint)i / 4), 9)).ToArray();
        var nodes = honest.Select(address => new Answering(world, address, honest[..8])).ToArray();
        var crowd = attackers.Select((address, i) => new Answering(world, address, attackers[(i / 8 * 8)..][..8])).ToArray();

        var states = new MemoryNodeStates();
        var settings = NodeSettings.FromConfig(ConfigurationFactory.ParseString(
            $"cjp2p {{ listen = [\"0.0.0.0:24254\"], content.data = \"/data\", peers.save-every = 1h, peers.discovery-max = 4m, peers.bootstrap = [\"{honest[0]}\"] }}"));
        var machine = world.AddMachine();
        machine.Disk.CreateFolder("/data");
        machine.Start(NodeActor.Props(settings, machine.NewNodeEnvironment() with { States = states }));
        var us = machine.Host.OutsideAddress.WithPort(24254);
        world.RunFor(TimeSpan.FromSeconds(1));
        foreach (var node in nodes)
            node.Knock(us);
        world.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(Honest, Table().Verified);

        // The honest ones do nothing from now on but answer.
        var knocks = 0;
        var isOn = true;
        Attack();
        world.RunFor(TimeSpan.FromDays(7));
        var isKnown = honest.Count(address => Table().Contains(address));
        var told = machine.Services!.PeerSample.Count(honest.Contains);
        output.WriteLine($"{knocks} knocks, {world.Steps} steps; {Table().Verified} peers, {isKnown} of {Honest} honest ones, {told} of {machine.Services!.PeerSample.Length} that are told; {Table().Evictions} had to make room");
        Assert.Equal(settings.Peers.PeersMax, Table().Verified);
        Assert.InRange(Table().Evictions, Attackers + Honest - settings.Peers.PeersMax, long.MaxValue);
        Assert.InRange(isKnown, Honest - 2, Honest);
        // By chance alone it would be one.
        Assert.InRange(told, 8, settings.Peers.ReplyPeersMax);

        machine.Actor!.Tell(NodeProtocol.Stop.Instance, ActorRefs.NoSender);
        Assert.True(world.RunUntil(() => machine.Actor == null, TimeSpan.FromSeconds(10)));
        machine.Start(NodeActor.Props(settings, machine.NewNodeEnvironment() with { States = states }));
        Assert.True(
            world.RunUntil(() => honest.Count(address => Table().Contains(address)) >= isKnown, TimeSpan.FromSeconds(40)),
            $"{honest.Count(address => Table().Contains(address))} of {Table().Verified} peers are honest");
        output.WriteLine($"after a restart {isKnown} honest peers were found again, and {Table().Verified - isKnown} others");
        // Not those that were heard last, nor those that are most: at first one of each network is tried.
        Assert.InRange(Table().Verified - isKnown, 0, 40);
        isOn = false;
        Assert.Empty(world.Failures);
        Assert.Empty(world.Violations);

        PeerTable Table() => machine.Services!.PeerTable!;

        void Attack()
        {
            if (!isOn)
                return;
            crowd[knocks++ % Attackers].Knock(us);
            world.After(TimeSpan.FromDays(3.5) / Attackers, Attack);
        }
    }

    /// <summary>An address of somebody who returns every cookie, and names the same few peers whenever it says anything.</summary>
    private sealed class Answering : IDatagramSink
    {
        private static readonly byte[] Cookie = """{"PleaseAlwaysReturnThisMessage":"""u8.ToArray();

        private readonly ITransport _transport;
        private readonly string _peers;

        public Answering(SimWorld world, in PeerAddress address, PeerAddress[] peers)
        {
            _transport = world.Network.AddHost(address: address).Transports.Open(address, new TransportSettings());
            _peers = $$$"""{"Peers":{"peers":[{{{string.Join(',', peers.Select(peer => $"\"{peer}\""))}}}]}}]""";
            _transport.Start(this);
        }

        public void Knock(in PeerAddress to) => Send(to, """[{"PleaseSendPeers":{}}]""");

        public void OnDatagram(in PeerAddress source, ReadOnlySpan<byte> datagram)
        {
            if (datagram.IndexOf(Cookie) is not (>= 0 and var at))
                return;
            var payload = datagram[(at + Cookie.Length)..];
            Send(source, $$$"""[{"AlwaysReturned":{{{Encoding.ASCII.GetString(payload[..(payload.IndexOf((byte)'}') + 1)])}}}},{{{_peers}}}""");
        }

        public void OnBatchEnd()
        {
        }

        public void OnTransportFailed(string reason)
        {
        }

        private void Send(in PeerAddress to, string text)
        {
            using var batch = _transport.RentSendBatch();
            batch.Commit(to, Encoding.ASCII.GetBytes(text, batch.Reserve(text.Length)));
        }
    }
}
