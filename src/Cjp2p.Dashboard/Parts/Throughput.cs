using System.Globalization;
using Cjp2p.Actors.Node;

namespace Cjp2p.Dashboard.Parts;

/// <summary>Bytes a second, in and out, over the last minutes. Pure: time is that of the looks.</summary>
public sealed class Throughput
{
    /// <summary>Looks that are kept.</summary>
    public const int LooksMax = 240;

    private readonly Queue<(double In, double Out)> _rates = new(LooksMax);
    private (DateTimeOffset At, long In, long Out)? _last;

    /// <summary>Bytes a second that came in, last.</summary>
    public double InPerSecond { get; private set; }

    /// <summary>Bytes a second that went out, last.</summary>
    public double OutPerSecond { get; private set; }

    /// <summary>What came in, oldest first, with commas between.</summary>
    public string In => Join(rate => rate.In);

    /// <summary>What went out.</summary>
    public string Out => Join(rate => rate.Out);

    /// <summary>Looks so far, at most <see cref="LooksMax"/>.</summary>
    public int Looks => _rates.Count;

    /// <summary>Adds a look.</summary>
    /// <param name="status">How the node is; one whose sockets did not answer is left out.</param>
    public void Add(NodeProtocol.NodeStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        if (status.Socket is not { } socket)
            return;
        var now = (At: status.TakenAt, In: socket.Endpoints.Sum(one => one.BytesIn), Out: socket.Endpoints.Sum(one => one.BytesOut));
        if (_last is { } last)
        {
            var seconds = (now.At - last.At).TotalSeconds;
            if (seconds <= 0)
                return;
            // A socket that was opened again may count from zero.
            InPerSecond = Math.Max(0, now.In - last.In) / seconds;
            OutPerSecond = Math.Max(0, now.Out - last.Out) / seconds;
            if (_rates.Count == LooksMax)
                _rates.Dequeue();
            _rates.Enqueue((InPerSecond, OutPerSecond));
        }

        _last = now;
    }

    private string Join(Func<(double In, double Out), double> pick) =>
        string.Join(',', _rates.Select(rate => pick(rate).ToString("0", CultureInfo.InvariantCulture)));
}
