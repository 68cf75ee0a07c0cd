using Cjp2p.Actors.Hosting;

namespace Cjp2p.Host.Http;

/// <summary>The node of this process, as soon as it is up; the same object for everybody who asks.</summary>
internal sealed class NodeHandle(IServiceProvider services)
{
    private volatile Cjp2pNode? _node;

    /// <summary>The node.</summary>
    /// <exception cref="NodeException">It cannot run; the message says why.</exception>
    public async ValueTask<Cjp2pNode> GetAsync(CancellationToken cancelled = default) =>
        _node ??= await Cjp2pNode.GetAsync(services, cancelled).ConfigureAwait(false);
}
