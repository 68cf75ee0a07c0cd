namespace Cjp2p.Actors.Storage;

/// <summary>
/// Changes that wait to be written: the last one about each subject, in order of first appearance, up to a limit. Pure
/// state of one <see cref="StorageActor"/>.
/// </summary>
/// <param name="changesMax">Changes that may wait.</param>
public sealed class StateBatch(int changesMax)
{
    private readonly Dictionary<object, StateChange> _changes = [];

    /// <summary>Changes that wait.</summary>
    public int Count => _changes.Count;

    /// <summary>Changes that found no room.</summary>
    public long Dropped { get; private set; }

    /// <summary>Takes a change; false when there is no room: what it says is not kept, which costs work later, never truth.</summary>
    public bool Add(StateChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (_changes.Count >= changesMax && !_changes.ContainsKey(change.Subject))
        {
            Dropped++;
            return false;
        }

        _changes[change.Subject] = change;
        return true;
    }

    /// <summary>What waits; it goes on waiting until <see cref="Written"/>.</summary>
    public IReadOnlyCollection<StateChange> Waiting => [.. _changes.Values];

    /// <summary>What waited is written.</summary>
    public void Written() => _changes.Clear();
}
