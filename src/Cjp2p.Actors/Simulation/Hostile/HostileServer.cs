using System.Net;
using System.Text.Json;
using Cjp2p.Actors.Simulation.Foreign;

namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>
/// A server that does cookies and pings well, and one thing badly. It serves everybody in full and takes any length up
/// to 40,960 bytes, so that what goes wrong is only what the test asked for.
/// </summary>
internal sealed class HostileServer : ForeignModel
{
    private const int ServeBytesMax = 40960;
    private const int QueueMax = 1000;

    private readonly Dictionary<string, byte[]> _files = [];
    private readonly Dictionary<IPEndPoint, string> _cookies = [];
    private readonly Queue<(IPEndPoint To, Elements Elements)> _queue = [];
    private readonly HashSet<long> _poisoned = [];
    private HostileServerOptions _hostility;
    private TimeSpan _lastTick;
    private TimeSpan _announceAt;
    private double _budget;
    private long _blocksServed;
    private long _blocksPoisoned;

    public HostileServer(HostileServerOptions hostility, ForeignModelOptions? options = null)
        : base(options ?? new ForeignModelOptions()) => _hostility = hostility;

    /// <summary>What is wrong with it; may be changed while it runs.</summary>
    public HostileServerOptions Hostility
    {
        get => Locked(() => _hostility);
        set => Locked(() => { _hostility = value; });
    }

    /// <summary>Content messages sent.</summary>
    public long BlocksServed => Locked(() => _blocksServed);

    /// <summary>Content messages sent with wrong bytes.</summary>
    public long BlocksPoisoned => Locked(() => _blocksPoisoned);

    /// <summary>Offsets that were answered with wrong bytes at least once.</summary>
    public IReadOnlyCollection<long> PoisonedOffsets => Locked(() => _poisoned.ToArray());

    public void Serve(string id, byte[] bytes) => Locked(() => _files[id] = bytes);

    private protected override TimeSpan TickPeriod() =>
        TimeSpan.FromMilliseconds(_hostility.Behaviour == HostileBehaviour.Slow ? 10 : 500);

    private protected override void Started() => Announce();

    private protected override void Tick()
    {
        TimeSpan now = Now;
        double most = Math.Max(DatagramBytesMax, _hostility.BytesPerSecond);
        _budget = Math.Min(most, _budget + _hostility.BytesPerSecond * (now - _lastTick).TotalSeconds);
        _lastTick = now;
        if (now >= _announceAt) Announce();
        while (_queue.TryPeek(out (IPEndPoint To, Elements Elements) next) && next.Elements.Bytes <= _budget)
        {
            _queue.Dequeue();
            _budget -= next.Elements.Bytes;
            Send(next.To, next.Elements);
        }
    }

    private protected override void Handle(ReadOnlyMemory<byte> datagram, JsonDocument? document, IPEndPoint from)
    {
        if (document is null || document.RootElement.ValueKind != JsonValueKind.Array) return;
        if (_hostility.Behaviour == HostileBehaviour.Silent && Now >= _hostility.SilentAfter) return;
        if (_hostility.Behaviour == HostileBehaviour.Dies && _blocksServed >= _hostility.DiesAfterBlocks) return;
        var replies = new Elements();
        foreach (JsonElement element in document.RootElement.EnumerateArray())
        {
            if (!WireJson.TrySingle(element, out string name, out JsonElement payload)) continue;
            switch (name)
            {
                case "PleaseSendPeers":
                    replies.Add("Peers", $$"""{"peers":{{WireJson.QuoteAll(BogusSources())}}}""");
                    break;
                case "PleaseReturnThisMessage":
                    replies.Add("ReturnedMessage", WireJson.Compact(payload, sortKeys: false));
                    break;
                case "PleaseAlwaysReturnThisMessage":
                    _cookies[from] = WireJson.Compact(payload, sortKeys: false);
                    break;
                case "PleaseSendContent":
                    OnContentRequest(payload, replies);
                    break;
            }
        }

        if (replies.Count == 0) return;
        if (_cookies.TryGetValue(from, out string? cookie)) replies.Insert(0, "AlwaysReturned", cookie);
        if (_hostility.Behaviour != HostileBehaviour.Slow) Send(from, replies);
        else if (_queue.Count < QueueMax) _queue.Enqueue((from, replies));
    }

    private void OnContentRequest(JsonElement payload, Elements replies)
    {
        if (WireJson.AsString(WireJson.Field(payload, "id")) is not { } id || !_files.TryGetValue(id, out byte[]? file)) return;
        if (WireJson.AsUnsigned(WireJson.Field(payload, "offset")) is not { } wanted || wanted > (ulong)file.Length) return;
        if (WireJson.AsUnsigned(WireJson.Field(payload, "length")) is not { } length) return;
        int offset = (int)wanted;
        byte[] bytes = file.AsSpan(offset, Length(file.Length - offset, length)).ToArray();
        long eof = file.Length;
        string servedId = id;
        switch (_hostility.Behaviour)
        {
            case HostileBehaviour.WrongLengths when Random.Next(2) == 0:
                Array.Resize(ref bytes, Math.Min(ServeBytesMax, bytes.Length + 1 + Random.Next(100)));
                break;
            case HostileBehaviour.WrongLengths:
                Array.Resize(ref bytes, bytes.Length / 2);
                break;
            case HostileBehaviour.OtherIds:
                servedId = string.Concat(id.Reverse());
                break;
            case HostileBehaviour.Poisons when bytes.Length > 0 && Random.NextDouble() < _hostility.PoisonProbability:
                bytes[Random.Next(bytes.Length)] ^= (byte)(1 + Random.Next(255));
                _blocksPoisoned++;
                _poisoned.Add(offset);
                break;
            case HostileBehaviour.LiesAboutEof:
                eof = Lie(file.Length);
                break;
        }

        string base64 = Convert.ToBase64String(bytes);
        if (_hostility.Behaviour == HostileBehaviour.BadBase64) base64 = "!" + base64;
        _blocksServed++;
        replies.Add("Content", $$"""{"id":{{WireJson.Quote(servedId)}},"offset":{{offset}},"base64":"{{base64}}","eof":{{eof}}}""");
        if (_hostility.Behaviour != HostileBehaviour.EndlessSources) return;
        replies.Add("MaybeTheyHaveSome", $$"""{"id":{{WireJson.Quote(id)}},"peers":{{WireJson.QuoteAll(BogusSources())}}}""");
    }

    private void Announce()
    {
        if (_hostility.AnnounceEvery == TimeSpan.Zero
            || (_hostility.Behaviour == HostileBehaviour.Silent && Now > _hostility.SilentAfter)) return;
        _announceAt = Now + _hostility.AnnounceEvery;
        foreach (IPEndPoint peer in Options.Peers)
        {
            var hello = new Elements();
            hello.Add("PleaseAlwaysReturnThisMessage", """{"cookie":"0badc0de"}""");
            if (_cookies.TryGetValue(peer, out string? cookie)) hello.Add("AlwaysReturned", cookie);
            hello.Add("PleaseSendPeers", "{}");
            Send(peer, hello);
        }
    }

    private IEnumerable<string> BogusSources() => _hostility.Behaviour == HostileBehaviour.EndlessSources
        ? Enumerable.Range(0, _hostility.BogusSources).Select(_ => _hostility.BogusAddress?.Invoke(Random) ?? BogusAddress())
        : [];

    private int Length(int remaining, ulong asked)
    {
        ulong most = _hostility.Behaviour == HostileBehaviour.OneByteAtATime ? 1UL : ServeBytesMax;
        return (int)Math.Min((ulong)remaining, Math.Min(asked, most));
    }

    private long Lie(long length) => _hostility.Lie switch
    {
        EofLie.TooBig => length + 1_000_000,
        EofLie.TooSmall => length / 2,
        EofLie.Changing => length + Random.Next(1, 1_000_000),
        _ => 0,
    };

    /// <summary>Loopback addresses at which nobody listens: port 9 belongs to a service that nobody runs.</summary>
    private string BogusAddress() => $"127.{Random.Next(64, 128)}.{Random.Next(256)}.{Random.Next(1, 255)}:9";
}
