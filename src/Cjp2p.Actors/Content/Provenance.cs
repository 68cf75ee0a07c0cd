namespace Cjp2p.Actors.Content;

/// <summary>
/// Whom the bytes of one try to fetch a content came from. When the hash of the whole is wrong, somebody is guilty only if
/// everything came from that one alone: of what an earlier run left, or a source gave that is gone since, nobody knows
/// whether it was right. Pure state of one download.
/// </summary>
public sealed class Provenance
{
    private readonly HashSet<int> _givers = [];

    /// <summary>Whether some of it was there before, of which nobody knows who gave it.</summary>
    public bool HasOlder { get; private set; }

    /// <summary>Whether it is from more than one, as far as is known.</summary>
    public bool IsMixed => HasOlder || _givers.Count > 1;

    /// <summary>Number of the source that gave all of it; null when there was another, or something from before.</summary>
    public int? OnlyGiver => IsMixed || _givers.Count == 0 ? null : _givers.Single();

    /// <summary>Numbers of all who gave some of it, also of those that are gone.</summary>
    public IReadOnlyCollection<int> Givers => _givers;

    /// <summary>Some of it came from these sources.</summary>
    public void Gave(IEnumerable<int> sources) => _givers.UnionWith(sources);

    /// <summary>Something was on the disk already.</summary>
    public void FoundOlder() => HasOlder = true;

    /// <summary>Everything is fetched again.</summary>
    public void Clear()
    {
        _givers.Clear();
        HasOlder = false;
    }
}
