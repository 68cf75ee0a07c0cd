using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Cjp2p.TestPeers;

/// <summary>One direction of a <see cref="LossyRelay"/>: its chance, its queue, its counters.</summary>
internal sealed class RelayLane : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Random _random;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly PriorityQueue<Waiting, (long Due, long Sequence)> _queue = new();
    private readonly List<Waiting> _held = [];
    private LossyRelayOptions _options = LossyRelayOptions.Clean;
    private RelayCounters _counters;
    private double _lineFreeAt; // timestamp at which a limited line has sent all that waits
    private long _sequence;
    private long _passedBytes;
    private bool _closed;

    public RelayLane(int seed, TimeProvider time)
    {
        _random = new Random(seed);
        _time = time;
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public LossyRelayOptions Options
    {
        get { lock (_gate) return _options; }
        set { lock (_gate) _options = value; }
    }

    public RelayCounters Counters
    {
        get { lock (_gate) return _counters; }
    }

    /// <summary>A datagram has arrived; a null target is the connected one.</summary>
    public void Offer(Span<byte> datagram, Socket socket, SocketAddress? to)
    {
        lock (_gate)
        {
            if (_closed) return;
            LossyRelayOptions options = _options;
            _counters = _counters with
            {
                Arrived = _counters.Arrived + 1,
                ArrivedBytes = _counters.ArrivedBytes + datagram.Length,
            };
            if (_passedBytes + datagram.Length > options.PassedBytesMax || Happens(options.Loss))
            {
                _counters = _counters with { Dropped = _counters.Dropped + 1 };
                return;
            }

            _passedBytes += datagram.Length;
            if (datagram.Length > 0 && _counters.Corrupted < options.CorruptedMax && Happens(options.Corruption))
            {
                datagram[_random.Next(datagram.Length)] ^= (byte)(1 << _random.Next(8));
                _counters = _counters with { Corrupted = _counters.Corrupted + 1 };
            }

            bool twice = Happens(options.Duplication);
            if (Happens(options.Reordering))
            {
                long until = _time.GetTimestamp() + Ticks(options.ReorderAtMost);
                _held.Add(new Waiting(datagram, socket, to, until, options.ReorderAfter));
                Rearm();
            }
            else
            {
                Pass(datagram, socket, to, options);
                ReleaseHeld();
            }

            if (!twice) return;
            _counters = _counters with { Duplicated = _counters.Duplicated + 1 };
            Pass(datagram, socket, to, options);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (Waiting waiting in _held) waiting.Release();
            foreach ((Waiting waiting, _) in _queue.UnorderedItems) waiting.Release();
            _held.Clear();
            _queue.Clear();
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private bool Happens(double share) => share > 0 && _random.NextDouble() < share;

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);

    /// <summary>Sends on, at once or after the line and the delay.</summary>
    private void Pass(ReadOnlySpan<byte> datagram, Socket socket, SocketAddress? to, LossyRelayOptions options)
    {
        bool slow = options.BytesPerSecond > 0 || options.Delay > TimeSpan.Zero || options.Jitter > TimeSpan.Zero;
        if (!slow && _queue.Count == 0)
        {
            SendNow(datagram, socket, to);
            return;
        }

        long now = _time.GetTimestamp();
        double due = now;
        if (options.BytesPerSecond > 0)
        {
            double perByte = (double)_time.TimestampFrequency / options.BytesPerSecond;
            double free = Math.Max(now, _lineFreeAt);
            if ((free - now) / perByte + datagram.Length > options.QueueBytesMax)
            {
                _counters = _counters with { Overflowed = _counters.Overflowed + 1 };
                return;
            }

            due = _lineFreeAt = free + datagram.Length * perByte;
        }

        due += Ticks(options.Delay) + _random.NextDouble() * Ticks(options.Jitter);
        _queue.Enqueue(new Waiting(datagram, socket, to, (long)due, 0), ((long)due, _sequence++));
        Rearm();
    }

    /// <summary>A datagram has passed those that are held back.</summary>
    private void ReleaseHeld()
    {
        for (int i = 0; i < _held.Count; i++)
        {
            Waiting held = _held[i];
            held.Passed++;
            if (held.Passed < held.GoesAfter) continue;
            _held.RemoveAt(i--);
            LetGo(held);
        }
    }

    private void LetGo(Waiting held)
    {
        if (held.Passed > 0) _counters = _counters with { Reordered = _counters.Reordered + 1 };
        Pass(held.Bytes, held.Socket, held.To, _options);
        held.Release();
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_closed) return;
            long now = _time.GetTimestamp();
            while (_queue.TryPeek(out Waiting? next, out (long Due, long) at) && at.Due <= now)
            {
                _queue.Dequeue();
                SendNow(next.Bytes, next.Socket, next.To);
                next.Release();
            }

            for (int i = 0; i < _held.Count; i++)
            {
                Waiting held = _held[i];
                if (held.Due > now) continue;
                _held.RemoveAt(i--);
                LetGo(held);
            }

            Rearm();
        }
    }

    private void Rearm()
    {
        long due = long.MaxValue;
        if (_queue.TryPeek(out _, out (long Due, long) first)) due = first.Due;
        foreach (Waiting held in _held) due = Math.Min(due, held.Due);
        if (due == long.MaxValue) return;
        double seconds = Math.Max(0, due - _time.GetTimestamp()) / (double)_time.TimestampFrequency;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(1000 * seconds)), Timeout.InfiniteTimeSpan);
    }

    private void SendNow(ReadOnlySpan<byte> datagram, Socket socket, SocketAddress? to)
    {
        try
        {
            if (to is null) socket.Send(datagram, SocketFlags.None);
            else socket.SendTo(datagram, SocketFlags.None, to);
            _counters = _counters with
            {
                Forwarded = _counters.Forwarded + 1,
                ForwardedBytes = _counters.ForwardedBytes + datagram.Length,
            };
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _counters = _counters with { Failed = _counters.Failed + 1 };
        }
    }

    /// <summary>A datagram that waits, in a rented buffer.</summary>
    private sealed class Waiting
    {
        private readonly byte[] _buffer;
        private readonly int _length;

        public Waiting(ReadOnlySpan<byte> datagram, Socket socket, SocketAddress? to, long due, int goesAfter)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(datagram.Length);
            datagram.CopyTo(_buffer);
            _length = datagram.Length;
            Socket = socket;
            To = to;
            Due = due;
            GoesAfter = goesAfter;
        }

        public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

        public Socket Socket { get; }

        public SocketAddress? To { get; }

        public long Due { get; }

        public int GoesAfter { get; }

        public int Passed { get; set; }

        public void Release() => ArrayPool<byte>.Shared.Return(_buffer);
    }
}
