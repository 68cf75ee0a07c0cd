using System.CommandLine;
using Cjp2p.Benchmarks.Codec;

var root = new RootCommand("Measures Cjp2p; see docs/performance.md. Build with -c Release.")
{
    CodecCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
