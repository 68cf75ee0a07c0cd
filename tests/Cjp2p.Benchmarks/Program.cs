using System.CommandLine;
using Cjp2p.Benchmarks;
using Cjp2p.Benchmarks.Codec;
using Cjp2p.Benchmarks.Transfer;

var simulationArguments = new Argument<string[]>("arguments") { Description = "[nodes] [virtual seconds] [faults]" };
var simulation = new Command("simulation", "Deliveries per second of the simulator.") { simulationArguments };
simulation.SetAction(parsed => SimulationRates.Run(parsed.GetValue(simulationArguments) ?? []));

var root = new RootCommand("Measures Cjp2p; see docs/performance.md. Build with -c Release.")
{
    CodecCommand.Create(),
    TransferCommand.Create(),
    NodeChild.CreateSeed(),
    NodeChild.CreateFetch(),
    PlainUdpChild.CreateSource(),
    PlainUdpChild.CreateSink(),
    simulation,
};
return await root.Parse(args).InvokeAsync();
