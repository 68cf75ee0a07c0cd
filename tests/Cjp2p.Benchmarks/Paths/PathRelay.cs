using Cjp2p.TestPeers;

namespace Cjp2p.Benchmarks.Paths;

/// <summary>
/// Carries packets between two TUN devices as a path would, on a thread of its own. It sleeps when nothing is due soon, and
/// looks all the time when something is: so it takes up to a core, and the other is left for those who are measured.
/// </summary>
internal sealed unsafe class PathRelay : IDisposable
{
    /// <summary>Nothing is cut off.</summary>
    public const int CutsNone = -1;

    /// <summary>Everything is cut off.</summary>
    public const int CutsAll = 0;

    private const int Turn = 64;
    private const long SampleTicks = 5 * TimeSpan.TicksPerMillisecond;

    // Waking up takes about this long.
    private const long WakeTicks = 60 * TimeSpan.TicksPerMicrosecond;

    private readonly int _sourceDevice;
    private readonly int _fetcherDevice;
    private readonly bool _hasQueue;
    private readonly List<double> _queuesMs = [];
    private readonly Lock _queuesGate = new();
    private readonly Thread _thread;
    private readonly long _began = TimeProvider.System.GetTimestamp();
    private volatile bool _isEnded;
    private volatile int _cut = CutsNone;

    /// <summary>Begins.</summary>
    public PathRelay(int sourceDevice, int fetcherDevice, PathSettings settings, ulong seed)
    {
        _sourceDevice = sourceDevice;
        _fetcherDevice = fetcherDevice;
        _hasQueue = settings.BitsPerSecond > 0;
        ToFetcher = new PathLane(sourceDevice, fetcherDevice, new PacketPath(settings.Direction, !settings.LosesPackets, 2 * seed));
        ToSource = new PathLane(fetcherDevice, sourceDevice, new PacketPath(settings.Direction, !settings.LosesPackets, (2 * seed) + 1));
        _thread = new Thread(Carry) { IsBackground = true, Name = "path" };
        _thread.Start();
    }

    /// <summary>The direction of content.</summary>
    public PathLane ToFetcher { get; }

    /// <summary>The direction of requests.</summary>
    public PathLane ToSource { get; }

    /// <summary>The last byte of the address whose packets are cut off, or one of the constants.</summary>
    public int Cut
    {
        get => _cut;
        set => _cut = value;
    }

    /// <summary>How long the queue toward the fetcher was, in milliseconds, every few milliseconds since this was asked before.</summary>
    public double[] TakeQueuesMs()
    {
        lock (_queuesGate)
        {
            double[] taken = [.. _queuesMs];
            _queuesMs.Clear();
            return taken;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isEnded = true;
        _thread.Join();
        ToFetcher.Dispose();
        ToSource.Dispose();
    }

    private long NowTicks() => TimeProvider.System.GetElapsedTime(_began).Ticks;

    private void Carry()
    {
        // Before all other threads of the machine, as a network is, and up in time: else the load would be what is measured.
        var priority = 1;
        _ = NativeCalls.SetScheduler(0, NativeCalls.FirstInFirstOut, &priority);
        _ = NativeCalls.ControlThread(NativeCalls.SetTimerSlack, 1);
        var nextSample = 0L;
        while (!_isEnded)
        {
            var isBusy = Take(ToFetcher) | Take(ToSource);
            Deliver(ToFetcher);
            Deliver(ToSource);
            var now = NowTicks();
            for (; nextSample <= now; nextSample += SampleTicks)
                Sample(now);
            if (!isBusy)
                Wait(Math.Min(Math.Min(ToFetcher.NextDueTicks, ToSource.NextDueTicks), nextSample) - NowTicks() - WakeTicks);
        }
    }

    private bool Take(PathLane lane)
    {
        for (var i = 0; i < Turn; i++)
        {
            if (!lane.Take(NowTicks(), _cut))
                return i > 0;
        }

        return true;
    }

    private void Deliver(PathLane lane)
    {
        var now = NowTicks();
        for (var i = 0; i < Turn && lane.NextDueTicks <= now; i++)
            lane.Deliver(now);
    }

    private void Sample(long nowTicks)
    {
        if (!_hasQueue)
            return;
        lock (_queuesGate)
            _queuesMs.Add(ToFetcher.Path.Queue(nowTicks).TotalMilliseconds);
    }

    private void Wait(long ticks)
    {
        if (ticks <= 0)
            return;
        var files = stackalloc NativeCalls.WaitFor[2];
        files[0] = new NativeCalls.WaitFor { File = _sourceDevice, Events = NativeCalls.Readable };
        files[1] = new NativeCalls.WaitFor { File = _fetcherDevice, Events = NativeCalls.Readable };
        var time = new NativeCalls.TimeSpec { Nanoseconds = ticks * 100 };
        _ = NativeCalls.Wait(files, 2, &time, null);
    }
}
