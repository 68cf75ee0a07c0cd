using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// A live view of what passes. Events wait in a bounded buffer for its reader; what finds no room, or comes faster than
/// the tap takes, is counted and lost. Disposing it closes it.
/// </summary>
public sealed class Tap : IDisposable
{
    private readonly Lock _lock = new();
    private readonly InspectionSettings _settings;
    private readonly NodeClock _clock;
    private readonly Channel<TapEvent> _events;
    private readonly Action<Tap> _onClosed;
    private TokenBucket _budget;
    private long _fits;
    private long _taken;
    private long _dropped;
    private int _isClosed;

    internal Tap(TapFilter filter, InspectionSettings settings, NodeClock clock, Action<Tap> onClosed)
    {
        Filter = filter;
        _settings = settings;
        _clock = clock;
        _onClosed = onClosed;
        _budget = TokenBucket.Full(settings.TapPerSecondMax, clock.Now);
        _events = Channel.CreateBounded<TapEvent>(
            new BoundedChannelOptions(settings.TapEventsMax) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });
    }

    /// <summary>What it lets through.</summary>
    public TapFilter Filter { get; }

    /// <summary>Things that passed the filter.</summary>
    public long Seen => Interlocked.Read(ref _fits);

    /// <summary>Of these, how many are or were to be read.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Of these, how many were lost: too many in a second, or the reader too slow. (Those that sampling leaves out are not lost.)</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Events that wait for its reader.</summary>
    public int Waiting => _events.Reader.Count;

    /// <summary>The events, until the tap is closed.</summary>
    /// <param name="cancellationToken">Ends reading.</param>
    public IAsyncEnumerable<TapEvent> ReadAsync(CancellationToken cancellationToken = default) =>
        _events.Reader.ReadAllAsync(cancellationToken);

    /// <summary>The next event, if there is one now.</summary>
    public bool TryRead([NotNullWhen(true)] out TapEvent? happened) => _events.Reader.TryRead(out happened);

    /// <summary>Waits until there is something to read; false: it is closed and read to its end.</summary>
    /// <param name="cancellationToken">Ends waiting.</param>
    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
        _events.Reader.WaitToReadAsync(cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
            return;
        _onClosed(this);
        _events.Writer.TryComplete();
    }

    /// <summary>Whether one more may be taken now: it is its turn in the sample, and there is room and time for it.</summary>
    internal bool Wants()
    {
        lock (_lock)
        {
            var number = _fits++;
            if (Filter.OneIn > 1 && number % Filter.OneIn != 0)
                return false;
            // Most of what passes on a busy node is too much for a second: that is found out first, and cheaply.
            _budget = _budget.Refill(_settings.TapPerSecondMax, _settings.TapPerSecondMax, _clock.Now);
            if (_budget.TryTake(out _budget) && _events.Reader.Count < _settings.TapEventsMax)
                return true;
            _dropped++;
            return false;
        }
    }

    internal void Take(TapEvent happened) => Interlocked.Increment(ref _events.Writer.TryWrite(happened) ? ref _taken : ref _dropped);

    /// <summary>Bytes of a datagram that it wants.</summary>
    internal int BytesOf(int length) => Filter.Whole ? length : Math.Min(length, _settings.TapTextBytesMax);

    /// <summary>Whether a datagram may fit, from what can be said without looking into it.</summary>
    internal bool MayFit(DatagramDirection direction, in PeerAddress remote) =>
        Filter.Datagrams
        && (Filter.Direction is not { } wanted || wanted == direction)
        && (Filter.Peer is not { } peer || peer == (peer.Port == 0 ? remote.WithPort(0) : remote));

    internal bool Fits(ActorTrack track) =>
        Filter.Actors
        && (Filter.Path is not { } path || Is(track.Path, path))
        && (Filter.Peer is not { } peer || Is(track.Path, "/peers/" + Uri.EscapeDataString(peer.ToString())))
        && (Filter.Content is not { } content || Is(track.Path, "/downloads/" + content));

    private static bool Is(string path, string root) =>
        root == "/" || path == root || (path.StartsWith(root, StringComparison.Ordinal) && path[root.Length] == '/');
}
