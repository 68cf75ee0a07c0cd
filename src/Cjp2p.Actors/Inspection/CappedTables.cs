using System.Collections.Immutable;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// Every table of a node that has a cap, as its owner published it: read by whoever looks, without asking the owner, so that
/// meters and the list of limits say the same. Thread-safe; what is published has to be readable from any thread.
/// </summary>
public sealed class CappedTables
{
    // A handful: six, and one for each download and shared folder.
    private readonly List<(string Owner, ITables Tables)> _byOwner = [];

    /// <summary>Publishes the tables of an owner, instead of those that it published before.</summary>
    /// <param name="owner">A name of its own.</param>
    /// <param name="tables">Reads their sizes.</param>
    internal void Publish(string owner, ITables tables)
    {
        lock (_byOwner)
        {
            Forget(owner);
            _byOwner.Add((owner, tables));
        }
    }

    /// <summary>As the other, of an owner that is none itself.</summary>
    /// <param name="owner">A name of its own.</param>
    /// <param name="read">Reads their sizes.</param>
    public void Publish(string owner, Func<ImmutableArray<TableSize>> read) => Publish(owner, new ByFunction(read));

    /// <summary>The owner is no more.</summary>
    /// <param name="owner">As it was published.</param>
    public void Retract(string owner)
    {
        lock (_byOwner)
            Forget(owner);
    }

    /// <summary>
    /// The tables by key. Of those that every download, socket or tap has for itself there is one row: the fullest, with what all of
    /// them evicted.
    /// </summary>
    public ImmutableArray<TableSize> All()
    {
        (string, ITables Tables)[] owners;
        lock (_byOwner)
            owners = [.. _byOwner];
        return
        [
            .. owners.SelectMany(owner => owner.Tables.Tables()).GroupBy(table => (table.Key, table.Unit)).Select(Fullest)
                .OrderBy(table => table.Key, StringComparer.Ordinal).ThenBy(table => table.Unit, StringComparer.Ordinal),
        ];
    }

    private void Forget(string owner)
    {
        if (_byOwner.FindIndex(one => one.Owner == owner) is >= 0 and var place)
            _byOwner.RemoveAt(place);
    }

    private static TableSize Fullest(IEnumerable<TableSize> tables)
    {
        var fullest = tables.MaxBy(table => (double)table.Size / Math.Max(1, table.Cap))!;
        return fullest.Evictions < 0 ? fullest : fullest with { Evictions = tables.Sum(table => Math.Max(0, table.Evictions)) };
    }

    private sealed class ByFunction(Func<ImmutableArray<TableSize>> read) : ITables
    {
        public ImmutableArray<TableSize> Tables() => read();
    }
}
