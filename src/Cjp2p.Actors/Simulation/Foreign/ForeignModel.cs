using System.Collections.ObjectModel;
using System.Net;
using System.Text.Json;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>
/// A peer that behaves like one of the existing programs. Where the real program would end (a Ruby exception, a Rust
/// panic), the reason goes into <see cref="Crashes"/> and the peer is dead: it still records what arrives, but never
/// answers again. Where it would not end but suffer (a block thrown away, a list of addresses discarded), the reason
/// goes into <see cref="Complaints"/>. A good neighbour causes neither.
/// </summary>
/// <remarks>
/// Every model handles one event at a time, under one lock, as the real ones do in their only thread. It knows neither our
/// reader and writer of datagrams nor any other part of our node, on purpose: a second, independent opinion on the wire.
/// </remarks>
internal abstract class ForeignModel : IAsyncDisposable
{
    /// <summary>The most that fits an IPv4 UDP datagram.</summary>
    public const int DatagramBytesMax = 65507;

    private const int RemarksMax = 1000;

    private readonly Lock _gate = new();
    private readonly IForeignWire? _wire;
    private readonly List<string> _crashes = [];
    private readonly List<string> _complaints = [];
    private readonly List<ReceivedDatagram> _received = [];
    private readonly Dictionary<string, long> _receivedByName = [];
    private readonly Dictionary<string, long> _sentByName = [];
    private readonly List<SentDatagram> _outbox = [];
    private readonly List<(Func<bool> Condition, TaskCompletionSource Done)> _waiting = [];
    private readonly long _startTimestamp;
    private long _receivedBytesKept;
    private long _datagramsReceived;
    private long _datagramsSent;
    private long _sendsRefused;
    private ITimer? _timer;
    private bool _dead;
    private volatile bool _stopped;

    private protected ForeignModel(ForeignModelOptions options)
    {
        Options = options;
        Random = new Random(options.Seed);
        Time = options.Time;
        _startTimestamp = Time.GetTimestamp();
        _wire = options.OpenWire?.Invoke(options);
        Address = _wire?.Address ?? new IPEndPoint(options.Address, options.Port);
    }

    /// <summary>Where it listens and sends from.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Why the real program would have ended, oldest first.</summary>
    public ReadOnlyCollection<string> Crashes => Locked(() => _crashes.ToArray().AsReadOnly());

    /// <summary>What hurt the real program without ending it, oldest first.</summary>
    public ReadOnlyCollection<string> Complaints => Locked(() => _complaints.ToArray().AsReadOnly());

    /// <summary>True after a crash.</summary>
    public bool IsDead => Locked(() => _dead);

    /// <summary>The first datagrams that arrived (as many as the options allow), oldest first.</summary>
    public ReadOnlyCollection<ReceivedDatagram> Received => Locked(() => _received.ToArray().AsReadOnly());

    /// <summary>How many messages of each name arrived.</summary>
    public ReadOnlyDictionary<string, long> ReceivedByName =>
        Locked(() => new Dictionary<string, long>(_receivedByName).AsReadOnly());

    /// <summary>How many messages of each name were sent.</summary>
    public ReadOnlyDictionary<string, long> SentByName => Locked(() => new Dictionary<string, long>(_sentByName).AsReadOnly());

    public long DatagramsReceived => Locked(() => _datagramsReceived);

    public long DatagramsSent => Locked(() => _datagramsSent);

    /// <summary>Datagrams that could not be sent: too long, not loopback, or of another address family.</summary>
    public long SendsRefused => Locked(() => _sendsRefused);

    private protected ForeignModelOptions Options { get; }

    private protected Random Random { get; }

    private protected TimeProvider Time { get; }

    /// <summary>Time since this peer was made, by its own clock.</summary>
    private protected TimeSpan Now => Time.GetElapsedTime(_startTimestamp);

    /// <summary>Longer datagrams are cut to this, as by a too short receive buffer.</summary>
    private protected virtual int ReceiveBufferBytes => 65536;

    /// <summary>Starts to listen, and does what the program does first.</summary>
    public void Start()
    {
        Turn(Started);
        _timer = Time.CreateTimer(_ => OnTimer(), null, Locked(TickPeriod), Timeout.InfiniteTimeSpan);
        _wire?.Start((datagram, from) => { lock (_gate) Receive(datagram, from); });
    }

    /// <summary>Starts the program again after a crash; what it keeps on disk is still there.</summary>
    public void Revive()
    {
        lock (_gate)
        {
            if (!_dead) return;
            _dead = false;
            Forget();
        }

        Turn(Started);
        RestartTimer();
    }

    /// <summary>Tells the program of a peer, as its user would.</summary>
    public void AddPeer(IPEndPoint address) => Turn(() => Meet(address));

    /// <summary>
    /// Handles a datagram as if it came from that address and returns what the peer sent meanwhile. Only without a wire.
    /// </summary>
    public IReadOnlyList<SentDatagram> Exchange(ReadOnlyMemory<byte> datagram, IPEndPoint from)
    {
        if (_wire is not null) throw new InvalidOperationException("This peer has a wire.");
        lock (_gate)
        {
            _outbox.Clear();
            Receive(datagram, from);
            return TakeOutbox();
        }
    }

    /// <summary>What a peer without a wire sent since the last call (timers included).</summary>
    public IReadOnlyList<SentDatagram> TakeOutbox()
    {
        lock (_gate)
        {
            SentDatagram[] sent = [.. _outbox];
            _outbox.Clear();
            return sent;
        }
    }

    /// <summary>
    /// Ends as soon as the condition holds; it is looked at after every datagram and every turn of the peer's timer.
    /// </summary>
    public async Task WhenAsync(Func<bool> condition, CancellationToken cancellation = default)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (condition()) return;
            _waiting.Add((condition, done));
        }

        await using CancellationTokenRegistration registration = cancellation.Register(() => done.TrySetCanceled(cancellation));
        await done.Task.ConfigureAwait(false);
    }

    /// <summary>Messages of one name that arrived.</summary>
    public long CountReceived(string name) => Locked(() => _receivedByName.GetValueOrDefault(name));

    /// <summary>Messages of one name that were sent.</summary>
    public long CountSent(string name) => Locked(() => _sentByName.GetValueOrDefault(name));

    public async ValueTask DisposeAsync()
    {
        _stopped = true;
        if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);
        if (_wire is not null) await _wire.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>What the program does first. Called with the lock held, like everything below.</summary>
    private protected virtual void Started()
    {
    }

    /// <summary>Drops what the program does not keep over a restart.</summary>
    private protected virtual void Forget()
    {
    }

    /// <summary>Learns a peer that its user named.</summary>
    private protected virtual void Meet(IPEndPoint address)
    {
    }

    /// <summary>Handles one datagram. The document is null if it is no JSON.</summary>
    private protected abstract void Handle(ReadOnlyMemory<byte> datagram, JsonDocument? document, IPEndPoint from);

    /// <summary>Time to the next turn of the timer.</summary>
    private protected virtual TimeSpan TickPeriod() => TimeSpan.FromSeconds(1);

    /// <summary>What the program does from time to time.</summary>
    private protected virtual void Tick()
    {
    }

    private protected T Locked<T>(Func<T> read)
    {
        lock (_gate) return read();
    }

    private protected void Locked(Action act)
    {
        lock (_gate) act();
    }

    /// <summary>Runs something as one event of the program.</summary>
    private protected void Turn(Action act)
    {
        lock (_gate)
        {
            if (_dead) return;
            Attempt(act);
            SettleWaiting();
        }
    }

    /// <summary>Counts the time to the next turn of the timer from now.</summary>
    private protected void RestartTimer() => _timer?.Change(Locked(TickPeriod), Timeout.InfiniteTimeSpan);

    private protected void Complain(string reason)
    {
        if (_complaints.Count < RemarksMax) _complaints.Add(reason);
    }

    /// <summary>True once in so many times, and never when rare events are switched off.</summary>
    private protected bool OneIn(int count) => Options.RareEvents && Random.Next(count) == 0;

    /// <summary>Sends a datagram made of these elements; false if it could not be sent.</summary>
    private protected bool Send(IPEndPoint to, Elements elements) => Send(to, elements.ToDatagram(), elements.Names);

    private protected bool Send(IPEndPoint to, byte[] datagram, IEnumerable<string> names)
    {
        if (datagram.Length > DatagramBytesMax || to.Port == 0 || to.AddressFamily != Address.AddressFamily
            || _wire?.TrySend(datagram, to) == false)
        {
            _sendsRefused++;
            return false;
        }

        if (_wire is null) _outbox.Add(new SentDatagram(to, datagram));
        _datagramsSent++;
        foreach (string name in names) Increment(_sentByName, name);
        return true;
    }

    private static void Increment(Dictionary<string, long> counters, string name)
    {
        const int NamesMax = 1000;
        if (counters.Count < NamesMax || counters.ContainsKey(name)) counters[name] = counters.GetValueOrDefault(name) + 1;
    }

    private void OnTimer()
    {
        if (_stopped) return;
        Turn(Tick);
        RestartTimer();
    }

    private void Receive(ReadOnlyMemory<byte> datagram, IPEndPoint from)
    {
        _datagramsReceived++;
        if (_received.Count < Options.ReceivedMax && _receivedBytesKept + datagram.Length <= Options.ReceivedBytesMax)
        {
            _received.Add(new ReceivedDatagram(from, datagram.ToArray(), Now));
            _receivedBytesKept += datagram.Length;
        }

        using (JsonDocument? whole = WireJson.Parse(datagram))
        {
            foreach (string name in WireJson.MessageNames(whole)) Increment(_receivedByName, name);
            if (!_dead)
            {
                if (datagram.Length <= ReceiveBufferBytes)
                {
                    Attempt(() => Handle(datagram, whole, from));
                }
                else
                {
                    ReadOnlyMemory<byte> cut = datagram[..ReceiveBufferBytes];
                    using JsonDocument? part = WireJson.Parse(cut);
                    Complain($"datagram of {datagram.Length} bytes, longer than the receive buffer");
                    Attempt(() => Handle(cut, part, from));
                }
            }
        }

        SettleWaiting();
    }

    private void Attempt(Action act)
    {
        try
        {
            act();
        }
        catch (PeerCrash crash)
        {
            _dead = true;
            if (_crashes.Count < RemarksMax) _crashes.Add(crash.Message);
        }
    }

    private void SettleWaiting()
    {
        for (int i = _waiting.Count - 1; i >= 0; i--)
        {
            if (!_waiting[i].Done.Task.IsCompleted && !_waiting[i].Condition()) continue;
            _waiting[i].Done.TrySetResult();
            _waiting.RemoveAt(i);
        }
    }
}
