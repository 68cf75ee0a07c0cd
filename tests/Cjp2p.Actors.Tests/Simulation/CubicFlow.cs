using Cjp2p.Actors.Simulation;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>
/// A TCP transfer that never ends, as far as others on its link feel it: packets of 1,500 bytes, every one acknowledged, and
/// the window of CUBIC (RFC 9438: C 0.4, beta 0.7, the Reno-friendly region, slow start until the first loss), one reduction a
/// round trip. No timeouts, no header compression, no delayed acknowledgements.
/// </summary>
public sealed class CubicFlow
{
    private const int PayloadBytes = 1460;
    private const int DatagramBytes = 1472; // with UDP and IP headers 1,500, as a TCP segment of that payload has
    private const double Scale = 0.4;
    private const double Beta = 0.7;

    private readonly SimWorld _world;
    private readonly LinkModel _link;
    private readonly TimeSpan _back;
    private double _window = 10;
    private double _threshold = double.MaxValue;
    private double _most;
    private double _reno;
    private TimeSpan _epoch;
    private TimeSpan _reducedAt = TimeSpan.MinValue;
    private TimeSpan _roundTrip;
    private int _inFlight;

    /// <param name="world">The world.</param>
    /// <param name="link">The link that it shares with others.</param>
    /// <param name="back">Time that an acknowledgement takes.</param>
    public CubicFlow(SimWorld world, LinkModel link, TimeSpan back)
    {
        ArgumentNullException.ThrowIfNull(world);
        ArgumentNullException.ThrowIfNull(link);
        _world = world;
        _link = link;
        _back = back;
        _roundTrip = back * 2;
        Send();
    }

    /// <summary>Bytes that were acknowledged.</summary>
    public long DeliveredBytes { get; private set; }

    private void Send()
    {
        while (_inFlight < (int)_window)
        {
            _inFlight++;
            var sentAt = _world.Now;
            var outcome = _link.Offer(sentAt.Ticks, DatagramBytes);
            if (outcome.Drop == DropReason.None)
                _world.After(TimeSpan.FromTicks(outcome.ArrivalTicks) - sentAt + _back, () => OnAcked(sentAt));
            else
                _world.After(_roundTrip, () => OnLost(sentAt));
        }
    }

    private void OnAcked(TimeSpan sentAt)
    {
        _inFlight--;
        DeliveredBytes += PayloadBytes;
        _roundTrip = _world.Now - sentAt;
        if (_window < _threshold)
        {
            _window++;
        }
        else
        {
            var since = (_world.Now - _epoch).TotalSeconds + _roundTrip.TotalSeconds;
            var offset = since - Math.Cbrt(_most * (1 - Beta) / Scale);
            var cubic = Scale * offset * offset * offset + _most;
            _reno += 3 * (1 - Beta) / (1 + Beta) / _window;
            _window = Math.Max(_window + Math.Max(0, Math.Min(cubic, 1.5 * _window) - _window) / _window, _reno);
        }

        Send();
    }

    private void OnLost(TimeSpan sentAt)
    {
        _inFlight--;
        if (sentAt > _reducedAt)
        {
            _reducedAt = _epoch = _world.Now;
            // Fast convergence: one that was not allowed as much as before makes room for a newcomer.
            _most = _window < _most ? _window * (1 + Beta) / 2 : _window;
            _window = _reno = _threshold = Math.Max(2, _window * Beta);
        }

        Send();
    }
}
