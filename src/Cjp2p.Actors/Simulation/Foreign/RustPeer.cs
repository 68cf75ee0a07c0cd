using System.Net;
using System.Text;
using System.Text.Json;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>
/// What the Rust node of March and that of July 2026 have in common: one reply datagram for all elements of a datagram,
/// a table of peers ordered by delay, 4096-byte blocks and nothing else, one request for each Content that arrives, a
/// growth of 1/101, lost blocks found when the index wraps, everything asked again after a second of silence.
/// </summary>
internal abstract class RustPeer : ForeignModel
{
    private protected const int BlockBytes = 4096;
    private protected const int ServeBytesMax = 40960;

    /// <summary>Length that a download assumes before the first Content.</summary>
    private const long LengthGuess = 262_144;

    private readonly Dictionary<string, byte[]> _files = [];
    private readonly List<ForeignDownload> _downloads = [];
    private readonly List<KnownPeer> _peers = [];
    private readonly Dictionary<string, List<IPEndPoint>> _sources = [];
    private List<KnownPeer> _sorted = [];

    private protected RustPeer(ForeignModelOptions options)
        : base(options)
    {
    }

    /// <summary>Gives the peer a finished content (a file in its public folder).</summary>
    public void Serve(string id, byte[] bytes) => Locked(() => _files[id] = bytes);

    /// <summary>Starts to fetch a content; the source becomes a known peer, as if typed in by the user.</summary>
    public ForeignDownload Download(string id, IPEndPoint source)
    {
        var download = new ForeignDownload(id, source, BlockBytes) { LastActivity = Now };
        download.Sources.Clear(); // only who sent something, or is said to have something, is a source
        Turn(() =>
        {
            Learn(source, 0);
            _downloads.Add(download);
            AskGroup(download, Best(250));
        });
        return download;
    }

    /// <summary>Payload of the cookie that this peer asks that address to give back.</summary>
    public string CookieFor(IPEndPoint address) => Locked(() => OwnCookie(address));

    private protected IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <summary>Known peers, in the order of the last turn of the timer.</summary>
    private protected IReadOnlyList<KnownPeer> Sorted => _sorted;

    /// <summary>Payload of the cookie for that address, as JSON text.</summary>
    private protected abstract string OwnCookie(IPEndPoint address);

    /// <summary>Payload to put into an AlwaysReturned to that address, null if none is known.</summary>
    private protected abstract string? CookieToReturn(IPEndPoint address);

    /// <summary>Stores a block or not; the node then asks for the next one if this says so.</summary>
    private protected abstract bool Accept(ForeignDownload download, long offset, byte[] bytes, long? eof);

    /// <summary>The whole is there.</summary>
    private protected abstract void OnWhole(ForeignDownload download);

    private protected override void Started()
    {
        foreach (IPEndPoint address in Options.Peers) Learn(address, 20);
        SortPeers();
    }

    private protected override void Meet(IPEndPoint address) => Learn(address, 0);

    /// <summary>Running downloads are never remembered over a restart.</summary>
    private protected override void Forget()
    {
        foreach (ForeignDownload download in AllRunning().ToArray()) download.GiveUp("the program ended");
        _downloads.Clear();
    }

    private protected void ForgetPeers()
    {
        _peers.Clear();
        _sorted.Clear();
    }

    private protected KnownPeer? Find(IPEndPoint address) => _peers.Find(p => p.Address.Equals(address));

    private protected KnownPeer Learn(IPEndPoint address, double delayMs)
    {
        if (Find(address) is { } known) return known;
        var peer = new KnownPeer(address, delayMs);
        _peers.Add(peer);
        return peer;
    }

    private protected void SortPeers() => _sorted = [.. _peers.OrderBy(p => p.DelayMs)];

    /// <summary>Draws peers from the list ordered by delay; the higher the power, the more the fast ones are preferred.</summary>
    private protected List<KnownPeer> Pick(int draws, int power)
    {
        var picked = new List<KnownPeer>();
        if (_sorted.Count == 0) return picked;
        for (int i = 0; i < draws; i++)
        {
            KnownPeer peer = _sorted[(int)(Math.Pow(Random.NextDouble(), power) * _sorted.Count)];
            if (!picked.Contains(peer)) picked.Add(peer);
        }

        return picked;
    }

    private protected List<IPEndPoint> Best(int count) =>
        [.. _peers.OrderBy(p => p.DelayMs).Take(count).Select(p => p.Address)];

    private protected ForeignDownload? Running(string id) =>
        _downloads.Find(d => !d.IsOver && string.Equals(d.Id, id, StringComparison.OrdinalIgnoreCase));

    private protected ForeignDownload? FirstRunning() => _downloads.Find(d => !d.IsOver);

    private protected IEnumerable<ForeignDownload> AllRunning() => _downloads.Where(d => !d.IsOver);

    private protected List<IPEndPoint> SourcesOf(string id)
    {
        if (_sources.TryGetValue(id, out List<IPEndPoint>? sources)) return sources;
        return _sources[id] = [];
    }

    private protected void Publish(ForeignDownload download)
    {
        byte[] whole = new byte[download.Eof];
        download.Read(0, whole.Length).CopyTo(whole);
        _files[download.Id] = whole;
        download.Complete(download.Eof);
    }

    private protected static string ContentRequest(string id, long offset) =>
        $"{{\"id\":{WireJson.Quote(id)},\"length\":{BlockBytes},\"offset\":{offset}}}";

    /// <summary>A datagram of its own that asks for a block.</summary>
    private protected void SendRequest(IPEndPoint to, ForeignDownload download, long block)
    {
        var elements = new Elements();
        elements.Add("PleaseSendContent", ContentRequest(download.Id, block * BlockBytes));
        if (CookieToReturn(to) is { } cookie) elements.Add("AlwaysReturned", cookie);
        download.Requests++;
        download.LastActivity = Now;
        Send(to, elements);
    }

    /// <summary>Asks several peers for the same block; the index does not move.</summary>
    private protected void AskGroup(ForeignDownload download, IEnumerable<IPEndPoint> group)
    {
        if ((Ahead(download) ?? download.NextMissing(0, KnownLength(download))) is not { } block) return;
        foreach (IPEndPoint to in group) SendRequest(to, download, block);
    }

    /// <summary>The three fields of PleaseSendContent, all of them needed.</summary>
    private protected static bool TryContentRequest(JsonElement payload, out string id, out ulong length, out ulong offset)
    {
        (id, length, offset) = ("", 0, 0);
        if (WireJson.StructFields(payload, "id", "length", "offset") is not [var first, var second, var third]) return false;
        if (WireJson.AsString(first) is not { } text) return false;
        if (WireJson.AsUnsigned(second) is not { } count || WireJson.AsUnsigned(third) is not { } from) return false;
        (id, length, offset) = (text, count, from);
        return true;
    }

    /// <summary>A Content from the wire; false if the node would skip the element.</summary>
    private protected bool TryContent(JsonElement payload, IPEndPoint from, Elements replies)
    {
        if (WireJson.StructFields(payload, "id", "offset", "base64", "eof") is not [var first, var second, var third, var fourth])
            return false;
        if (WireJson.AsString(first) is not { } id || WireJson.AsUnsigned(second) is not { } offset) return false;
        if (third is null || DecodeBase64(third.Value) is not { } bytes) return false;
        ulong? eof = WireJson.AsUnsigned(fourth);
        if (eof is null && fourth is { ValueKind: not JsonValueKind.Null }) return false;
        OnContent(id, (long)Math.Min(offset, long.MaxValue / 2), bytes,
            eof is null ? null : (long)Math.Min(eof.Value, long.MaxValue), from, replies);
        return true;
    }

    /// <summary>A Content of a running download: becomes a source, may grow the flight, is stored, buys one request.</summary>
    private void OnContent(string id, long offset, byte[] bytes, long? eof, IPEndPoint from, Elements replies)
    {
        if (Running(id) is not { } download) return;
        download.Contents++;
        download.LastActivity = Now;
        if (!download.Sources.Contains(from)) download.Sources.Add(from);
        if (OneIn(101) && AllRunning().FirstOrDefault(d => Ahead(d) is not null) is { } first)
        {
            long block = Ahead(first)!.Value;
            first.Index = block + 1;
            SendRequest(from, first, block);
        }

        bool again = Accept(download, offset, bytes, eof);
        if (download.IsOver) return;
        if (download.Eof >= 0 && download.BytesDone >= download.Eof && download.Eof > 0)
        {
            OnWhole(download);
            return;
        }

        if (again && NextRequest(download) is { } next)
        {
            next.Download.Requests++;
            replies.Add("PleaseSendContent", ContentRequest(next.Download.Id, next.Block * BlockBytes));
        }
    }

    /// <summary>Sources that somebody names; only for a running download, and asked at once.</summary>
    private protected void OnSources(string id, IEnumerable<IPEndPoint> addresses)
    {
        if (Running(id) is not { } download) return;
        foreach (IPEndPoint address in addresses)
        {
            if (download.Sources.Contains(address)) continue;
            download.Sources.Add(address);
            AskGroup(download, [address]);
        }
    }

    /// <summary>Every source and some of the best peers are asked for the lowest missing block.</summary>
    private protected void AskAgain(ForeignDownload download, bool alsoBest)
    {
        download.Stalls++;
        download.Index = 0;
        int each = 1 + 1 / (1 + download.Sources.Count);
        AskGroup(download, download.Sources.ToArray().SelectMany(s => Enumerable.Repeat(s, each)));
        if (alsoBest) AskGroup(download, Best(50));
    }

    /// <summary>Reads base64 as the standard says, with padding; null if it is anything else.</summary>
    private static byte[]? DecodeBase64(JsonElement text) =>
        text.ValueKind == JsonValueKind.String && text.TryGetBytesFromBase64(out byte[]? bytes) ? bytes : null;

    private protected static long KnownLength(ForeignDownload download) => download.Eof < 0 ? LengthGuess : download.Eof;

    private protected static int ByteCount(string text) => Encoding.UTF8.GetByteCount(text);

    private static long? Ahead(ForeignDownload download) => download.NextMissing(download.Index, KnownLength(download));

    private (ForeignDownload Download, long Block)? NextRequest(ForeignDownload download)
    {
        if (Ahead(download) is not { } block)
        {
            if (AllRunning().FirstOrDefault(d => d != download && Ahead(d) is not null) is { } other)
            {
                download = other;
                block = Ahead(other)!.Value;
            }
            else if (download.NextMissing(0, KnownLength(download)) is { } lowest)
            {
                block = lowest;
            }
            else
            {
                return null;
            }
        }

        download.Index = block + 1;
        return (download, block);
    }
}
