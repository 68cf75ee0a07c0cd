using System.CommandLine;
using Cjp2p.Benchmarks.Attack;
using Cjp2p.Benchmarks.Codec;
using Cjp2p.Benchmarks.Compare;
using Cjp2p.Benchmarks.Content;
using Cjp2p.Benchmarks.Node;
using Cjp2p.Benchmarks.Paths;
using Cjp2p.Benchmarks.Simulation;
using Cjp2p.Benchmarks.Soak;
using Cjp2p.Benchmarks.Transfer;
using Cjp2p.Host.Simulation;

if (args is ["simulation", ..])
    WorldRuntime.StartOver();
var root = new RootCommand("Measures Cjp2p; see docs/performance.md. Build with -c Release.")
{
    CodecCommand.Create(),
    TransferCommand.Create(),
    LeversCommand.Create(),
    CompareCommand.Create(),
    PathsCommand.Create(),
    QuestionsCommand.Create(),
    SourcesCommand.Create(),
    StartCommand.Create(),
    ManyCommand.Create(),
    InspectionCommand.Create(),
    NodeChild.CreateSeed(),
    NodeChild.CreateFetch(),
    PlainUdpChild.CreateSource(),
    PlainUdpChild.CreateSink(),
    SimulationCommand.Create(),
    SoakCommand.Create(),
    FloodCommand.Create(),
    IndexCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
