using Akka.Configuration;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Hostile;
using Cjp2p.Actors.Simulation.Invariants;

namespace Cjp2p.Actors.Tests.Simulation.Invariants;

/// <summary>
/// A small swarm that has a bit of everything: two seeders, leeches with little room for peers, a poisoner among the sources,
/// a spoofer and a flooder, lossy links. All downloads must end well. What a run violated is what comes back.
/// </summary>
internal static class TroubledSwarm
{
    private static readonly NodeSettings Small = NodeSettings.FromConfig(ConfigurationFactory.ParseString("""
        cjp2p {
          listen = ["0.0.0.0:24254"]
          content.data = "/data"
          peers.peers-max = 4
        }
        """));

    internal static IReadOnlyList<SimViolation> Run(ulong seed, NodeMutations? mutations = null)
    {
        using var world = new SimWorld(new SimWorldSettings { Seed = seed });
        world.Invariants.AddStandard();
        var ledger = world.Invariants.OfType<ReplyLedger>().Single();
        var files = world.Invariants.OfType<FinishedFiles>().Single();
        world.Invariants.Add(new FaultHappened(DropReason.Loss));
        world.Invariants.Add(new FaultHappened("a spoofed source", at => at.Network.Counters.Spoofed));
        world.Invariants.Add(new FaultHappened("a reply to a stranger", _ => ledger.RepliesCounted));
        if (mutations is not { NeverRetries: true })
            world.Invariants.Add(new FaultHappened("a finished file", _ => files.FilesFoundRight));

        var content = world.NewContent(600_000);
        var access = new AccessLink(AccessLink.Home.Up with { Loss = 0.03 }, AccessLink.Home.Down with { Loss = 0.03 });
        SimNode Node() => world.AddNodeWith(mutations ?? NodeMutations.None, access, settings: Small);
        var seeders = new[] { Node().Shares(content), Node().Shares(content) };
        var leeches = Enumerable.Range(0, 4).Select(_ => Node()).ToArray();
        PeerAddress[] victims = [.. world.Nodes.Select(node => node.Address)];
        var hostile = new[] { HostileKind.Poisoner, HostileKind.Spoofer, HostileKind.Flooder }.Select(kind =>
        {
            var machine = world.AddMachine(access);
            HostilePeer.Start(machine, kind, new HostileTarget([.. victims], [content]));
            return machine.Host.Address.WithPort(HostilePeer.Port);
        }).ToArray();
        PeerAddress[] sources = [.. seeders.Select(seeder => seeder.Address), hostile[0]];
        var downloads = leeches.Select(leech => leech.Fetches(content, sources)).ToArray();
        world.RunUntil(
            () => downloads.All(download => download.EndedAt != null) || world.Violations.Count > 0, TimeSpan.FromMinutes(10));
        foreach (var download in downloads.Where(download => !download.IsFinished))
            world.Invariants.Report("liveness", $"{download.Node.Machine.Name}: {download.Failure ?? $"{download.Progress}"}");
        foreach (var failure in world.Failures)
            world.Invariants.Report("no part fails", failure.ToString());
        world.RunFor(TimeSpan.FromSeconds(20));
        world.End();
        return [.. world.Violations];
    }
}
