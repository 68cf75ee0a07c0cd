using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Node;

/// <summary>Asks one node again and again, with so many questions on their way, and counts the answers that hold peers.</summary>
internal sealed class Questioner : IDatagramSink, IDisposable
{
    private const int Window = 512;
    private static readonly TimeSpan LossLooks = TimeSpan.FromMilliseconds(50);

    private readonly ITransport _transport;
    private readonly PeerAddress _node;
    private readonly Lock _lock = new();
    private byte[] _question = [];
    private TaskCompletionSource<string> _cookie = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _answers;
    private int _arrived;
    private bool _isAsking;

    public Questioner(PeerAddress node)
    {
        _node = node;
        _transport = new UdpTransportFactory().Open(PeerAddress.FromIPv4(0x7F00_0001, 0), new TransportSettings());
        _transport.Start(this);
    }

    /// <summary>Answers with peers until now.</summary>
    public long Answers => Interlocked.Read(ref _answers);

    /// <summary>Bytes of the last answer.</summary>
    public int AnswerBytes { get; private set; }

    /// <summary>Asks without pause, for so long.</summary>
    public async Task AskAsync(byte[] question, TimeSpan duration, CancellationToken cancel)
    {
        lock (_lock)
        {
            _question = question;
            _isAsking = true;
            Send(Window);
        }

        var end = TimeProvider.System.GetTimestamp();
        for (var before = Answers; TimeProvider.System.GetElapsedTime(end) < duration; before = Answers)
        {
            await Pause.ForAsync(LossLooks, cancel);
            // Everything on its way was lost.
            if (Answers == before)
            {
                lock (_lock)
                    Send(Window);
            }
        }

        lock (_lock)
            _isAsking = false;
    }

    /// <summary>Asks once, and returns the cookie that the node gives.</summary>
    public async Task<string> CookieAsync(CancellationToken cancel)
    {
        lock (_lock)
        {
            _question = Questions.Unverified;
            Send(1);
        }

        return await _cookie.Task.WaitAsync(TimeSpan.FromSeconds(10), cancel);
    }

    /// <inheritdoc/>
    public void OnDatagram(in PeerAddress source, ReadOnlySpan<byte> datagram)
    {
        _arrived++;
        if (datagram.IndexOf("\"Peers\""u8) >= 0)
        {
            Interlocked.Increment(ref _answers);
            AnswerBytes = datagram.Length;
        }

        if (!_cookie.Task.IsCompleted && Questions.CookieIn(datagram) is { } cookie)
            _cookie.TrySetResult(cookie);
    }

    /// <inheritdoc/>
    public void OnBatchEnd()
    {
        lock (_lock)
        {
            if (_isAsking)
                Send(_arrived);
            _arrived = 0;
        }
    }

    /// <inheritdoc/>
    public void OnTransportFailed(string reason) => Console.Error.WriteLine(reason);

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private void Send(int count)
    {
        using var batch = _transport.RentSendBatch();
        for (var i = 0; i < count; i++)
        {
            _question.CopyTo(batch.Reserve(_question.Length));
            batch.Commit(_node, _question.Length);
        }
    }
}
