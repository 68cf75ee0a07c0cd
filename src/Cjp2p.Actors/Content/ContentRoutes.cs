using System.Collections.Concurrent;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>Running downloads by content id, for receive threads. Thread-safe; bounded by the downloads that may run.</summary>
public sealed class ContentRoutes
{
    // Null until there is a download.
    private ConcurrentDictionary<ContentId, DownloadRoute>? _routes;

    /// <summary>Running downloads.</summary>
    public int Count => Routes?.Count ?? 0;

    /// <summary>Whether none runs; while one does this takes no lock.</summary>
    public bool IsEmpty => Routes?.IsEmpty ?? true;

    /// <summary>The running download of <paramref name="id"/>.</summary>
    public bool TryGet(in ContentId id, out DownloadRoute route)
    {
        route = null!;
        return Routes?.TryGetValue(id, out route!) == true;
    }

    private ConcurrentDictionary<ContentId, DownloadRoute>? Routes => Volatile.Read(ref _routes);

    /// <summary>Publishes a download; one of the same id is replaced.</summary>
    internal void Add(DownloadRoute route)
    {
        var routes = LazyInitializer.EnsureInitialized(
            ref _routes, static () => new ConcurrentDictionary<ContentId, DownloadRoute>(concurrencyLevel: 1, capacity: 1));
        routes[route.Id] = route;
    }

    /// <summary>Content for this download is no longer taken.</summary>
    internal void Remove(DownloadRoute route) =>
        Routes?.TryRemove(new KeyValuePair<ContentId, DownloadRoute>(route.Id, route));
}
