using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Transport;

/// <summary>Keeps copies of everything a transport calls it with, and lets a test wait, within a bound, for what it expects.</summary>
internal sealed class CollectingSink : IDatagramSink
{
    /// <summary>Far more than anything here takes: it ends a test that would hang, and measures nothing.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly object _gate = new();
    private readonly List<(PeerAddress Source, byte[] Bytes)> _datagrams = [];
    private readonly List<string> _failures = [];
    private int _sinceBatchEnd;

    /// <summary>Called on the receiving thread for each datagram, after it was noted.</summary>
    public Action? OnEach { get; init; }

    /// <summary>Called on the receiving thread for a failure, after it was noted.</summary>
    public Action? OnFailure { get; init; }

    /// <summary>The thread that called last.</summary>
    public Thread? Caller { get; private set; }

    public IReadOnlyList<(PeerAddress Source, byte[] Bytes)> Datagrams
    {
        get
        {
            lock (_gate)
            {
                return [.. _datagrams];
            }
        }
    }

    public IReadOnlyList<string> Failures
    {
        get
        {
            lock (_gate)
            {
                return [.. _failures];
            }
        }
    }

    public void OnDatagram(in PeerAddress source, ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            Caller = Thread.CurrentThread;
            _datagrams.Add((source, datagram.ToArray()));
            _sinceBatchEnd++;
            Monitor.PulseAll(_gate);
        }

        OnEach?.Invoke();
    }

    public void OnBatchEnd()
    {
        lock (_gate)
        {
            _sinceBatchEnd = 0;
            Monitor.PulseAll(_gate);
        }
    }

    public void OnTransportFailed(string reason)
    {
        lock (_gate)
        {
            Caller = Thread.CurrentThread;
            _failures.Add(reason);
            Monitor.PulseAll(_gate);
        }

        OnFailure?.Invoke();
    }

    /// <summary>Waits for so many datagrams in all, with the end of their batch.</summary>
    public IReadOnlyList<(PeerAddress Source, byte[] Bytes)> WaitForDatagrams(int count)
    {
        WaitUntil(() => _datagrams.Count >= count && _sinceBatchEnd == 0, $"{count} datagrams");
        return Datagrams;
    }

    public string WaitForFailure()
    {
        WaitUntil(() => _failures.Count > 0, "a failure");
        return Failures[0];
    }

    private void WaitUntil(Func<bool> condition, string what)
    {
        long start = TimeProvider.System.GetTimestamp();
        lock (_gate)
        {
            while (!condition())
            {
                TimeSpan left = Patience - TimeProvider.System.GetElapsedTime(start);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                {
                    Assert.Fail($"waited in vain for {what}; there were {_datagrams.Count} datagrams "
                        + $"({_sinceBatchEnd} since the end of a batch) and {_failures.Count} failures "
                        + string.Join("; ", _failures));
                }
            }
        }
    }
}
