using Akka.Configuration;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Invariants;
using Cjp2p.Actors.Transport;
using Xunit.Abstractions;

namespace Cjp2p.Actors.Tests.Simulation.Hostile;

/// <summary>
/// Floods at the rates that are asked for, in virtual time, against a node that is busy for two microseconds with each datagram
/// and has a receive buffer of 4 MiB, while it fetches. Its limits are the defaults. <c>tests/Cjp2p.Benchmarks -- flood</c> does it with real sockets.
/// </summary>
public sealed class FloodSpec(ITestOutputHelper output)
{
    private const int ContentBytes = 24 << 20;
    private const int Bursts = 1000;

    private static readonly TimeSpan BurstEvery = TimeSpan.FromSeconds(1.0 / Bursts);
    private static readonly PeerAddress Attacker = PeerAddress.FromIPv4(0x14000001, 9);

    /// <summary>What a flood consists of.</summary>
    public enum Flood
    {
        /// <summary>Bytes that are no datagram of the protocol, from everywhere.</summary>
        Garbage,

        /// <summary>Questions in ever other names.</summary>
        Spoofed,

        /// <summary>Questions of one address.</summary>
        HotSource,
    }

    [Theory]
    [InlineData(Flood.Garbage, 200_000)]
    [InlineData(Flood.Spoofed, 100_000)]
    [InlineData(Flood.HotSource, 200_000)]
    public void Transfer_keeps_half_its_speed_under_a_flood_and_all_of_it_afterwards(Flood flood, int perSecond)
    {
        using var world = new SimWorld(new SimWorldSettings { Seed = 5 });
        world.Invariants.Add(new TableCaps());
        var seeder = world.AddNode(AccessLink.Lan);
        var contents = Enumerable.Range(0, 3).Select(i => world.NewContent(ContentBytes, i)).ToArray();
        foreach (var content in contents)
            seeder.Shares(content);
        var leech = world.AddNode(AccessLink.Lan, settings: NodeSettings.FromConfig(ConfigurationFactory.ParseString(
            "cjp2p { listen = [\"0.0.0.0:24254\"], content.data = \"/data\" }")));
        var ingress = leech.Machine.Services!.Settings.Ingress;
        leech.Machine.Host.ProcessorTimePerDatagram = TimeSpan.FromMicroseconds(2);
        leech.Machine.Host.ReceiveBufferBytes = 4 << 20;
        var attacker = world.AddMachine(AccessLink.Lan);

        var alone = Fetch(contents[0]);
        var before = leech.Machine.Services!.Counters[WireCount.Datagrams];
        var isOn = true;
        var bursts = 0;
        var most = new Dictionary<string, TableSize>();
        var random = world.RandomFor(9);
        Burst();
        var (sentBefore, begun) = (seeder.Machine.Host.Sent, world.Now);
        var flooded = Fetch(contents[1]);
        isOn = false;
        var ofTransfer = seeder.Machine.Host.Sent - sentBefore;
        var allowed = ingress.StrangersBurst + ingress.StrangersPerSecond * (world.Now - begun).TotalSeconds;
        var counters = leech.Machine.Services!.Counters;
        var (seen, limited) = (counters[WireCount.Datagrams] - before, counters[WireCount.Limited]);
        var again = Fetch(contents[2]);

        output.WriteLine(
            $"{flood} {perSecond}/s: {ContentBytes >> 20} MiB in {alone.TotalSeconds:0.00} s alone, {flooded.TotalSeconds:0.00} s under it, {again.TotalSeconds:0.00} s right after it; {seen} datagrams seen, {limited} of them dropped unread; {most["cjp2p.ingress.sources-max"].Size} addresses remembered");
        Assert.True(flooded <= alone * 2, $"{alone} alone, {flooded} under the flood");
        Assert.True(again <= alone * 1.2, $"{alone} before, {again} after the flood");
        // It came in, and most of it was dropped before anything was done with it.
        Assert.True(seen > flooded.TotalSeconds * perSecond / 2, $"only {seen} came in");
        Assert.True(limited > seen / 2, $"{limited} of {seen} were limited");
        // Only so much was done for strangers, and what is kept of them, and what waits for an actor, is within its caps all the time.
        Assert.InRange(seen - limited - ofTransfer, 1, allowed);
        Assert.All(most.Values, table => Assert.True(table.Size <= table.Cap, $"{table}"));
        Assert.Empty(world.Failures);
        Assert.Empty(world.Violations);

        TimeSpan Fetch(SimContent content)
        {
            var download = leech.Fetches(content, seeder.Address);
            Assert.True(world.RunUntil(() => download.EndedAt != null, TimeSpan.FromMinutes(2)), world.ToString());
            Assert.True(download.IsFinished, download.Failure);
            return download.EndedAt!.Value - download.StartedAt;
        }

        void Burst()
        {
            if (!isOn)
                return;
            for (var i = 0; i < perSecond / Bursts; i++)
            {
                var source = flood == Flood.HotSource ? Attacker : PeerAddress.FromIPv4(0x15000000 + (uint)random.Next(1 << 24), 9);
                attacker.Host.SendAs(source, leech.Address, flood == Flood.Garbage ? "no json at all, but noise"u8 : """[{"PleaseSendPeers":{}}]"""u8);
            }

            if (++bursts % 20 == 0)
            {
                foreach (var table in leech.Machine.Services!.Caps.All())
                    most[table.Key] = most.TryGetValue(table.Key, out var before) && before.Size >= table.Size ? before : table;
            }

            world.After(BurstEvery, Burst);
        }
    }
}
