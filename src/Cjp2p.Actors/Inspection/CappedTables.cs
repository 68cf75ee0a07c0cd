using System.Collections.Immutable;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// Every table of a node that has a cap, as its owner published it: read by whoever looks, without asking the owner, so that
/// meters and the list of limits say the same. Thread-safe; what is published has to be readable from any thread.
/// </summary>
public sealed class CappedTables
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Func<ImmutableArray<TableSize>>> _byOwner = new(StringComparer.Ordinal);

    /// <summary>Publishes the tables of an owner, instead of those that it published before.</summary>
    /// <param name="owner">A name of its own.</param>
    /// <param name="read">Reads their sizes.</param>
    public void Publish(string owner, Func<ImmutableArray<TableSize>> read)
    {
        lock (_lock)
            _byOwner[owner] = read;
    }

    /// <summary>The owner is no more.</summary>
    /// <param name="owner">As in <see cref="Publish"/>.</param>
    public void Retract(string owner)
    {
        lock (_lock)
            _byOwner.Remove(owner);
    }

    /// <summary>
    /// The tables by key. Of those that every download, socket or tap has for itself there is one row: the fullest, with what all of
    /// them evicted.
    /// </summary>
    public ImmutableArray<TableSize> All()
    {
        Func<ImmutableArray<TableSize>>[] owners;
        lock (_lock)
            owners = [.. _byOwner.Values];
        return
        [
            .. owners.SelectMany(read => read()).GroupBy(table => (table.Key, table.Unit)).Select(Fullest)
                .OrderBy(table => table.Key, StringComparer.Ordinal).ThenBy(table => table.Unit, StringComparer.Ordinal),
        ];
    }

    private static TableSize Fullest(IEnumerable<TableSize> tables)
    {
        var fullest = tables.MaxBy(table => (double)table.Size / Math.Max(1, table.Cap))!;
        return fullest.Evictions < 0 ? fullest : fullest with { Evictions = tables.Sum(table => Math.Max(0, table.Evictions)) };
    }
}
