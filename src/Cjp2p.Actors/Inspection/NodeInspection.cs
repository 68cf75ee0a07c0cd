using System.Collections.Immutable;
using Akka.Actor;
using Akka.Dispatch.MessageQueues;
using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// The inside of one node, for whoever looks: the black boxes of its actors, taps, bans. Thread-safe, and never in the way:
/// nothing here waits for an actor, and with nobody looking the way of a datagram crosses one check of
/// <see cref="Border"/>.
/// </summary>
public sealed class NodeInspection
{
    private readonly NodeServices _node;
    private readonly InspectionSettings _settings;
    private readonly Dictionary<IActorRef, ActorTrack> _tracks = [];
    private Ring<ActorTrack> _gone;
    private Ring<ActorTrack> _failed;
    private ImmutableArray<Tap> _taps = [];
    private volatile InspectionBorder? _border;
    private int _rootDepth = -1;
    private int _watches;
    private long _restarts;
    private long _tapsRefused;
    private long _tapEventsLost;
    private long _failures;

    internal NodeInspection(NodeServices node)
    {
        _node = node;
        _settings = node.Settings.Inspection;
        _gone = new Ring<ActorTrack>(_settings.GoneMax);
        _failed = new Ring<ActorTrack>(_settings.GoneMax);
    }

    /// <summary>What the node's parts share.</summary>
    public NodeServices Node => _node;

    /// <summary>Taps that are open.</summary>
    public int Taps => _taps.Length;

    /// <summary>Restarts of actors after a failure since the node started.</summary>
    public long Restarts => Interlocked.Read(ref _restarts);

    /// <summary>Failures of actors since the node started.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>What stands in the way of datagrams and messages: null when nobody looks and nobody is banned.</summary>
    internal InspectionBorder? Border => _border;

    /// <summary>What is known, without asking anybody, of the actors at and below a path, by path.</summary>
    /// <param name="path">As in <see cref="ActorFacts.Path"/>.</param>
    public ImmutableArray<ActorFacts> Facts(string path = "/") => [.. Below(path, int.MaxValue).Select(track => track.Facts())];

    /// <summary>Actors at and below a path that have stopped, the last one first.</summary>
    /// <param name="path">As in <see cref="ActorFacts.Path"/>.</param>
    public ImmutableArray<ActorFacts> Gone(string path = "/") => [.. GoneTracks(path).Select(track => track.Facts())];

    /// <summary>The black box of an actor, or of the last one that had this path; null: nothing is known of one.</summary>
    /// <param name="path">As in <see cref="ActorFacts.Path"/>, or with unescaped names.</param>
    public ActorDetails? Details(string path) => Find(path) is { } track ? Details(track, null) : null;

    /// <summary>
    /// Opens a tap; disposing it closes it. A reader that is too slow loses events, which are counted, and slows nobody.
    /// </summary>
    /// <param name="filter">What it lets through.</param>
    /// <exception cref="InvalidOperationException">Too many are open (<c>cjp2p.inspection.taps-max</c>).</exception>
    public Tap OpenTap(TapFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        lock (_tracks)
        {
            if (_taps.Length >= _settings.TapsMax)
            {
                _tapsRefused++;
                throw new InvalidOperationException($"{_taps.Length} taps are open already (cjp2p.inspection.taps-max)");
            }

            var tap = new Tap(filter, _settings, _node.Clock, Close);
            _taps = _taps.Add(tap);
            Publish();
            return tap;
        }
    }

    /// <summary>Its tables that have a cap.</summary>
    internal ImmutableArray<TableSize> Tables()
    {
        lock (_tracks)
        {
            return
            [
                new("cjp2p.inspection.taps-max", "taps", _taps.Length, _settings.TapsMax, _tapsRefused),
                new(
                    "cjp2p.inspection.tap-events-max", "events", _taps.Select(tap => tap.Waiting).DefaultIfEmpty().Max(), _settings.TapEventsMax,
                    _tapEventsLost + _taps.Sum(tap => tap.Dropped)),
                new("cjp2p.inspection.gone-max", "actors", _gone.Count, _settings.GoneMax, _gone.Dropped),
                new("cjp2p.inspection.gone-max", "actors that failed", _failed.Count, _settings.GoneMax, _failed.Dropped),
            ];
        }
    }

    /// <summary>Bans changed, or taps did.</summary>
    internal void Publish()
    {
        lock (_tracks)
        {
            _border = _taps.IsEmpty && _node.Bans.IsEmpty
                ? null
                : new InspectionBorder(_taps, _node);
        }
    }

    internal void CountFailure() => Interlocked.Increment(ref _failures);

    internal void CountRestart() => Interlocked.Increment(ref _restarts);

    internal bool TryAddWatch()
    {
        lock (_tracks)
        {
            if (_watches >= _settings.TapsMax)
                return false;
            _watches++;
            return true;
        }
    }

    internal void RemoveWatch()
    {
        lock (_tracks)
            _watches--;
    }

    internal ActorTrack Attach(IActorRef actor, Type type, IMessageQueue? mailbox)
    {
        lock (_tracks)
        {
            if (_tracks.TryGetValue(actor, out var known))
                return known;
            if (_rootDepth < 0)
                _rootDepth = actor.Path.Elements.Count;
            var track = new ActorTrack(actor, PathOf(actor), type, mailbox, _node.Clock, _settings.EventsMax);
            _tracks.Add(actor, track);
            return track;
        }
    }

    internal void Detach(ActorTrack track)
    {
        track.Gone();
        lock (_tracks)
        {
            _tracks.Remove(track.Actor);
            if (track.HasFailed)
                _failed.Add(track);
            else
                _gone.Add(track);
        }
    }

    internal ActorTrack? Find(IActorRef actor)
    {
        lock (_tracks)
            return _tracks.GetValueOrDefault(actor);
    }

    /// <summary>The actor at a path, or the last one that was there.</summary>
    internal ActorTrack? Find(string path)
    {
        var plain = Uri.UnescapeDataString(path);
        ActorTrack[] live;
        lock (_tracks)
            live = [.. _tracks.Values];
        return Array.Find(live, track => track.Path == path)
            ?? Array.Find(live, track => Uri.UnescapeDataString(track.Path) == plain)
            ?? GoneTracks("/").Find(track => track.Path == path || Uri.UnescapeDataString(track.Path) == plain);
    }

    /// <summary>Live actors at and below a path, in the order of their paths.</summary>
    internal List<ActorTrack> Below(string path, int depthMax)
    {
        List<ActorTrack> all;
        lock (_tracks)
            all = [.. _tracks.Values.Where(track => IsBelow(track.Path, path, depthMax))];
        all.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return all;
    }

    internal ActorDetails Details(ActorTrack track, ActorState? state) => track.Details(
        [.. Below(track.Path, 1).Where(child => child.Path != track.Path).Select(child => child.Path)], state);

    private List<ActorTrack> GoneTracks(string path)
    {
        List<ActorTrack> gone;
        lock (_tracks)
            gone = [.. _gone.ToArray().Concat(_failed.ToArray()).Where(track => IsBelow(track.Path, path, int.MaxValue))];
        return [.. gone.OrderByDescending(track => track.GoneAt).ThenBy(track => track.Path, StringComparer.Ordinal)];
    }

    private void Close(Tap tap)
    {
        lock (_tracks)
        {
            _taps = _taps.Remove(tap);
            _tapEventsLost += tap.Dropped;
            Publish();
        }
    }

    private string PathOf(IActorRef actor) => "/" + string.Join('/', actor.Path.Elements.Skip(_rootDepth));

    private static bool IsBelow(string path, string root, int depthMax)
    {
        if (path == root)
            return true;
        var prefix = root.EndsWith('/') ? root : root + "/";
        return path.StartsWith(prefix, StringComparison.Ordinal)
            && (depthMax == int.MaxValue || path.AsSpan(prefix.Length).Count('/') < depthMax);
    }
}
