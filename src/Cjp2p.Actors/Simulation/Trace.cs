using System.Globalization;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// What happened in a world, boiled down to a hash: of each delivery its virtual time, sender, receiver, length and bytes,
/// and how many timers had fired. Two runs with the same hash were the same run. Checkpoints on the way say where two runs
/// first differed, and the last deliveries can be kept.
/// </summary>
public sealed class Trace
{
    private const int CheckpointsMax = 1024;

    private readonly Queue<TraceEvent> _last = new();
    private readonly List<TraceCheckpoint> _checkpoints = [];
    private readonly int _eventsMax;
    private long _checkpointEvery = 1;

    internal Trace(int eventsMax) => _eventsMax = eventsMax;

    /// <summary>Deliveries so far.</summary>
    public long Deliveries { get; private set; }

    /// <summary>The rolling hash.</summary>
    public ulong Hash { get; private set; }

    /// <summary>The rolling hash as it is printed and compared: 16 hex digits.</summary>
    public string HashText => Hash.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>The last deliveries, as many as the world's settings ask for, oldest first.</summary>
    public IReadOnlyCollection<TraceEvent> Last => _last;

    /// <summary>The hash at regular distances since the beginning: 512 to 1024 of them, however long the run.</summary>
    public IReadOnlyList<TraceCheckpoint> Checkpoints => _checkpoints;

    /// <summary>
    /// Where two runs parted: the last checkpoint that they share (null: none) and the first that differs. Null when all that
    /// both have is equal.
    /// </summary>
    public static (TraceCheckpoint? Same, TraceCheckpoint Different)? FirstDifference(
        IReadOnlyList<TraceCheckpoint> one, IReadOnlyList<TraceCheckpoint> other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        TraceCheckpoint? same = null;
        var others = other.ToDictionary(checkpoint => checkpoint.Delivery);
        foreach (var checkpoint in one)
        {
            if (!others.TryGetValue(checkpoint.Delivery, out var match))
                continue;
            if (match != checkpoint)
                return (same, checkpoint);
            same = checkpoint;
        }

        return null;
    }

    /// <summary>Takes a delivery into the hash; returns the hash of its bytes.</summary>
    internal ulong Delivered(
        long step, long ticks, long timersFired, TraceEndpoint from, TraceEndpoint to, ReadOnlySpan<byte> datagram)
    {
        var payloadHash = XxHash64.Hash(datagram);
        var hash = Absorb(Hash, (ulong)ticks);
        hash = Absorb(hash, (ulong)timersFired);
        hash = Absorb(hash, ((ulong)(uint)from.Host << 32) | (uint)to.Host);
        hash = Absorb(hash, ((ulong)from.Port << 48) | ((ulong)to.Port << 32) | (uint)datagram.Length);
        Hash = Absorb(hash, payloadHash);
        Deliveries++;

        if (Deliveries % _checkpointEvery == 0)
            AddCheckpoint(step, ticks);
        if (_eventsMax > 0)
        {
            if (_last.Count == _eventsMax)
                _last.Dequeue();
            _last.Enqueue(new TraceEvent(Deliveries, step, new TimeSpan(ticks), from, to, datagram.Length, payloadHash));
        }

        return payloadHash;
    }

    private static ulong Absorb(ulong hash, ulong value) => SimSeed.Mix(hash ^ value) + 0x9E37_79B9_7F4A_7C15;

    private void AddCheckpoint(long step, long ticks)
    {
        if (_checkpoints.Count == CheckpointsMax)
        {
            _checkpointEvery *= 2;
            _checkpoints.RemoveAll(checkpoint => checkpoint.Delivery % _checkpointEvery != 0);
            if (Deliveries % _checkpointEvery != 0)
                return;
        }

        _checkpoints.Add(new TraceCheckpoint(Deliveries, step, new TimeSpan(ticks), Hash));
    }
}
