using System.CommandLine;

namespace Cjp2p.Benchmarks.Simulation;

/// <summary>The figures of docs/simulation.md. All but fetch and idle runs on one thread; figures are per core.</summary>
internal static class SimulationCommand
{
    internal static Command Create()
    {
        var nodes = new Option<int>("--nodes") { Description = "Simulated nodes.", DefaultValueFactory = _ => 1000 };
        var seconds = new Option<int>("--seconds") { Description = "Virtual seconds.", DefaultValueFactory = _ => 3600 };
        var kibibytes = new Option<int>("--kib") { Description = "Size of the content.", DefaultValueFactory = _ => 1024 };
        var loss = new Option<double>("--loss") { Description = "Share of datagrams lost.", DefaultValueFactory = _ => 0.01 };
        var threads = new Option<int>("--threads") { Description = "Slices of the world, which play at the same time.", DefaultValueFactory = _ => Environment.ProcessorCount };
        var worlds = new Option<int>("--worlds") { Description = "Worlds, one after the other.", DefaultValueFactory = _ => 100 };
        var faults = new Option<bool>("--faults") { Description = "With every fault there is." };

        var gossip = new Command("gossip", "Deliveries a second among small nodes.") { nodes, seconds, faults };
        gossip.SetAction(parsed => GossipRates.Run(parsed.GetValue(nodes), parsed.GetValue(seconds), parsed.GetValue(faults)));
        var fetch = new Command("fetch", "Production nodes that fetch one content from one seeder.") { nodes, kibibytes, loss, threads };
        fetch.SetAction(parsed => NodeFigures.FetchAsync(
            parsed.GetValue(nodes), parsed.GetValue(kibibytes), parsed.GetValue(loss), parsed.GetValue(threads)));
        var idle = new Command("idle", "Production nodes that only keep in touch.") { nodes, seconds, threads };
        idle.SetAction(parsed => NodeFigures.IdleAsync(parsed.GetValue(nodes), parsed.GetValue(seconds), parsed.GetValue(threads)));
        var found = new Option<int>("--found") { Description = "Others that each node knows and finds.", DefaultValueFactory = _ => 0 };
        var rest = new Option<int>("--seconds") { Description = "Virtual seconds after the last start.", DefaultValueFactory = _ => 60 };
        var memory = new Command("memory", "Bytes of an idle production node.") { nodes, found, rest };
        memory.SetAction(parsed => NodeFigures.Memory(parsed.GetValue(nodes), parsed.GetValue(found), parsed.GetValue(rest)));
        var again = new Command("worlds", "Worlds started and stopped: what is left.") { worlds, nodes };
        again.SetAction(parsed => NodeFigures.Worlds(parsed.GetValue(worlds), parsed.GetValue(nodes)));
        var first = new Option<ulong>("--first") { Description = "First seed.", DefaultValueFactory = _ => 1 };
        var last = new Option<ulong>("--last") { Description = "Last seed.", DefaultValueFactory = _ => 20 };
        var log = new Option<bool>("--log") { Description = "Print what was done and what the nodes said." };
        var chaos = new Command("chaos", "Production nodes under every fault, seed after seed.") { first, last, log };
        chaos.SetAction(parsed => ChaosSearch.Run(parsed.GetValue(first), parsed.GetValue(last), parsed.GetValue(log)));
        var days = new Option<int>("--days") { Description = "Virtual days.", DefaultValueFactory = _ => 30 };
        var few = new Option<int>("--nodes") { Description = "Nodes that come and go.", DefaultValueFactory = _ => 10 };
        var churn = new Command("churn", "Nodes that come and go for many virtual days: does anything grow?") { days, few, first };
        churn.SetAction(parsed => new ChurnDays(parsed.GetValue(days), parsed.GetValue(few), parsed.GetValue(first)).Run());
        return new Command("simulation", "Speed and size of the simulator.") { gossip, fetch, idle, memory, again, chaos, churn };
    }
}
