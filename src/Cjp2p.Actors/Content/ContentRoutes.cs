using System.Collections.Concurrent;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>Running downloads by content id, for receive threads. Thread-safe; bounded by the downloads that may run.</summary>
public sealed class ContentRoutes
{
    private readonly ConcurrentDictionary<ContentId, DownloadRoute> _routes = new(concurrencyLevel: 1, capacity: 1);

    /// <summary>Running downloads.</summary>
    public int Count => _routes.Count;

    /// <summary>Whether none runs; while one does this takes no lock.</summary>
    public bool IsEmpty => _routes.IsEmpty;

    /// <summary>The running download of <paramref name="id"/>.</summary>
    public bool TryGet(in ContentId id, out DownloadRoute route) => _routes.TryGetValue(id, out route!);

    /// <summary>Publishes a download; one of the same id is replaced.</summary>
    internal void Add(DownloadRoute route) => _routes[route.Id] = route;

    /// <summary>Content for this download is no longer taken.</summary>
    internal void Remove(DownloadRoute route) =>
        _routes.TryRemove(new KeyValuePair<ContentId, DownloadRoute>(route.Id, route));
}
