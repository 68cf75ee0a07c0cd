using Cjp2p.Host.Commands;

return await CommandTree.RunAsync(args).ConfigureAwait(false);
