using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cjp2p.Actors.Simulation.Hostile;
using Cjp2p.Actors.Tests.Protocol;

namespace Cjp2p.Benchmarks.Attack;

/// <summary>
/// An attacker on loopback, which has sixteen million addresses: noise, spoiled datagrams, questions in ever other names,
/// and peers in masses that prove themselves and are never heard again. It cannot send anywhere else.
/// </summary>
internal sealed class LoopbackAttacker : IDisposable
{
    private const int SourcesKept = 256;

    private static readonly byte[] Question =
        """[{"PleaseAlwaysReturnThisMessage":{"cookie":"0badc0de"}},{"PleaseSendPeers":{}}]"""u8.ToArray();

    private readonly IPEndPoint[] _victims;
    private readonly Func<Random, string> _content;
    private readonly Random _random;
    private readonly DatagramMutator _mutator;
    private readonly List<Socket> _sources = [];
    private readonly byte[] _buffer = new byte[65_536];

    /// <param name="victims">Whom it attacks; loopback addresses only.</param>
    /// <param name="content">The id of some content that the victims have.</param>
    /// <param name="seed">Its chance.</param>
    public LoopbackAttacker(IReadOnlyList<IPEndPoint> victims, Func<Random, string> content, int seed)
    {
        if (victims.Any(victim => !IPAddress.IsLoopback(victim.Address)))
            throw new ArgumentException("Only loopback.", nameof(victims));
        _victims = [.. victims];
        _content = content;
        _random = new Random(seed);
        _mutator = new DatagramMutator([.. Captures.All.Select(captured => captured.Datagram)], seed);
    }

    /// <summary>Datagrams sent.</summary>
    public long Sent { get; private set; }

    /// <summary>Peers that proved themselves.</summary>
    public long Known { get; private set; }

    /// <summary>Bytes that came back, besides cookies that were asked for.</summary>
    public long Answered { get; private set; }

    /// <summary>Sends one datagram of any kind.</summary>
    public void SendOne()
    {
        var victim = _victims[_random.Next(_victims.Length)];
        var source = Source();
        switch (_random.Next(8))
        {
            case 0:
                var noise = _buffer.AsSpan(0, _random.Next(600));
                _random.NextBytes(noise);
                Send(source, noise, victim);
                break;
            case 1:
                Send(source, Question, victim);
                break;
            case 2 or 3:
                Send(source, Encoding.ASCII.GetBytes(
                    $$$"""[{"PleaseAlwaysReturnThisMessage":{"cookie":"00"}},{"PleaseSendContent":{"id":"{{{_content(_random)}}}","length":40960,"offset":{{{_random.Next(100) * 4096}}}}}]"""), victim);
                break;
            default:
                Send(source, _mutator.Next(), victim);
                break;
        }
    }

    /// <summary>Becomes a verified peer of a victim, under a new address, and says no more.</summary>
    public void BecomeKnown()
    {
        using var socket = Bind();
        socket.ReceiveTimeout = 2000;
        var victim = _victims[_random.Next(_victims.Length)];
        Send(socket, Question, victim);
        try
        {
            // What it says first may be a question of its own; the cookie comes with all that is said to strangers.
            var length = socket.Receive(_buffer);
            using var answer = JsonDocument.Parse(_buffer.AsMemory(0, length));
            foreach (var element in answer.RootElement.EnumerateArray())
            {
                if (!element.TryGetProperty("PleaseAlwaysReturnThisMessage", out var cookie))
                    continue;
                Send(socket, Encoding.UTF8.GetBytes($$$"""[{"AlwaysReturned":{{{cookie.GetRawText()}}}},{"Peers":{"peers":["127.9.9.9:9","127.9.9.8:9"]}}]"""), victim);
                Known++;
                return;
            }
        }
        catch (Exception e) when (e is SocketException or JsonException)
        {
            // It was not answered: over the limit, or restarting.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var source in _sources)
            source.Dispose();
        _sources.Clear();
    }

    // One of a few hundred addresses, each of which is replaced now and then.
    private Socket Source()
    {
        if (_sources.Count < SourcesKept)
            _sources.Add(Bind());
        var i = _random.Next(_sources.Count);
        if (_random.Next(20) == 0)
        {
            _sources[i].Dispose();
            _sources[i] = Bind();
        }

        while (_sources[i].Available > 0)
            Answered += _sources[i].Receive(_buffer);
        return _sources[i];
    }

    private Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(
            new IPAddress([127, (byte)_random.Next(16, 64), (byte)_random.Next(256), (byte)_random.Next(1, 255)]), 0));
        return socket;
    }

    private void Send(Socket socket, ReadOnlySpan<byte> datagram, IPEndPoint to)
    {
        try
        {
            socket.SendTo(datagram, to);
            Sent++;
        }
        catch (SocketException)
        {
            // Nobody listens there just now: the victim is being restarted.
        }
    }
}
