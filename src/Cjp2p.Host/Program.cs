using Akka.Configuration;
using Cjp2p.Host.Commands;
using Cjp2p.Host.Simulation;

if (args is ["simulate", ..])
    WorldRuntime.StartOver();
// Akka reads the configuration of the machine and its own before there is a system: at the same time as the command line is read, where
// there is a second processor.
_ = Task.Run(static () => ConfigurationFactory.Load().WithFallback(ConfigurationFactory.Default()));
return await CommandTree.RunAsync(args).ConfigureAwait(false);
