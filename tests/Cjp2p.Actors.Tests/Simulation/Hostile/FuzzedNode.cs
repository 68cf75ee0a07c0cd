using System.Text;
using System.Text.RegularExpressions;
using Akka.Configuration;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Invariants;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Simulation.Hostile;

/// <summary>
/// A production node in simulated time that shares, fetches and knows peers, and that is sent any bytes by a stranger, by a peer
/// that proved itself, and by a source of what it fetches. It must not fail, and no table of it may grow beyond its cap.
/// </summary>
internal sealed partial class FuzzedNode : IDisposable
{
    /// <summary>Stands in a corpus for the content that is being fetched just then.</summary>
    public static readonly string RunningId = new('a', Sha256Digest.HexDigits);

    // Slow, so that something is always being fetched.
    private const int RunningBytes = 1 << 20;
    private const long SourceBitsPerSecond = 512_000;
    private const int Strangers = 5000;
    private const int Contents = 8;

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(1);

    private readonly SimWorld _world;
    private readonly SimNode _node;
    private readonly SimNode _source;
    private readonly SimMachine _mouth;
    private readonly SimContent[] _offered;
    private readonly Random _random;
    private readonly byte[] _room = new byte[65_507];
    private SimDownload? _download;
    private byte[] _running = [];
    private PeerAddress _fetchedFrom;
    private long _contents;

    /// <param name="seed">Decides everything but the bytes.</param>
    /// <param name="hocon">Settings besides those that let as much as possible in.</param>
    public FuzzedNode(ulong seed, string hocon = "")
    {
        _world = new SimWorld(new SimWorldSettings { Seed = seed });
        _world.Invariants.Add(new TableCaps());
        _world.Invariants.Add(new Conservation());
        _random = _world.RandomFor(1);
        var slow = AccessLink.Lan with { Up = AccessLink.Lan.Up with { BitsPerSecond = SourceBitsPerSecond } };
        _source = _world.AddNode(slow);
        _node = _world.AddNode(AccessLink.DataCentre, settings: NodeSettings.FromConfig(ConfigurationFactory.ParseString(hocon).WithFallback(
            ConfigurationFactory.ParseString(
                """
                cjp2p {
                  listen = ["0.0.0.0:24254"]
                  content { data = "/data", serve-by-name = on }
                  ingress { source-per-second = 1000000, source-burst = 1000000, strangers-per-second = 1000000, strangers-burst = 1000000 }
                }
                """))));
        var shared = _world.NewContent(3 * 262_144 + 100, number: -1);
        SharedId = shared.Id.ToString();
        _node.Shares(shared);
        _offered = [.. Enumerable.Range(0, Contents).Select(number => _world.NewContent(RunningBytes, number))];
        foreach (var content in _offered)
            _source.Shares(content);
        _mouth = _world.AddMachine(AccessLink.Perfect);
        FetchNext();
    }

    /// <summary>A content that the node shares.</summary>
    public string SharedId { get; }

    /// <summary>Datagrams sent to it.</summary>
    public long Sent { get; private set; }

    /// <summary>Contents that it has fetched from its honest source meanwhile, or given up.</summary>
    public (long Finished, long Failed) Fetched { get; private set; }

    /// <summary>Virtual time so far.</summary>
    public TimeSpan Now => _world.Now;

    private NodeServices Services => _node.Machine.Services ?? throw new InvalidOperationException("The node has stopped.");

    /// <summary>What became of what it was sent.</summary>
    public long Count(WireCount what) => Services.Counters[what];

    /// <summary>Sizes of its tables, one line.</summary>
    public string Tables => string.Join(", ", Services.Tables().Where(table => table.Size > 0).Select(table => $"{table.Key} {table.Size}"))
        + $", peers {Services.PeerTable?.Verified}; {_download?.Progress?.DoneBytes} of {_download?.Progress?.LengthBytes} bytes, {_download?.Progress?.Why}";

    /// <summary>
    /// Captured datagrams with ids that mean something here: each hash in them stands for what is shared, or for what is being
    /// fetched.
    /// </summary>
    public IReadOnlyList<byte[]> SeedsOf(IEnumerable<byte[]> captured) =>
    [
        .. captured.Select(datagram => Encoding.Latin1.GetBytes(AnyHash().Replace(
            Encoding.Latin1.GetString(datagram), hash => (hash.Value[0] & 1) == 0 ? SharedId : RunningId))),
    ];

    /// <summary>Sends bytes as one of the three, and lets a moment pass.</summary>
    public void Send(ReadOnlySpan<byte> datagram)
    {
        var bytes = Math.Min(datagram.Length, _room.Length);
        datagram[..bytes].CopyTo(_room);
        for (var at = 0; _room.AsSpan(at, bytes - at).IndexOf(Encoding.ASCII.GetBytes(RunningId)) is >= 0 and var next; at += _running.Length)
        {
            at += next;
            _running.CopyTo(_room, at);
        }

        var stranger = PeerAddress.FromIPv4(0x14000000 + (uint)_random.Next(Strangers), 24254);
        switch (Sent++ % 3)
        {
            case 0:
                SendAs(stranger, _room.AsSpan(0, bytes));
                break;
            case 1:
                SendAs(stranger, WithCookie(stranger, bytes));
                break;
            default:
                SendAs(_fetchedFrom, _room.AsSpan(0, bytes));
                break;
        }

        _world.RunFor(Between);
        if (_download is not { EndedAt: not null } ended)
            return;
        Fetched = ended.IsFinished ? (Fetched.Finished + 1, Fetched.Failed) : (Fetched.Finished, Fetched.Failed + 1);
        FetchNext();
    }

    /// <summary>Fails when anything in the node has.</summary>
    public void Check()
    {
        _world.CheckInvariants();
        var inside = Services.Inspection;
        if (_world.Failures.Count > 0)
            throw new InvalidOperationException($"{_world.Failures[0]}");
        if (_world.Violations.Count > 0)
            throw new InvalidOperationException($"{_world.Violations[0]}");
        if (inside.Failures + inside.Restarts > 0)
        {
            throw new InvalidOperationException(
                $"{inside.Failures} failures, {inside.Restarts} restarts: "
                + string.Join("; ", inside.Facts().Concat(inside.Gone()).Where(actor => actor.LastFailure != null).Select(actor => $"{actor.Path} {actor.LastFailure}")));
        }
    }

    public void Dispose() => _world.Dispose();

    private void SendAs(PeerAddress source, ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length <= 65_507)
            _mouth.Host.SendAs(source, _node.Address, datagram);
    }

    // What begins as an array gets a first element, that proves the address.
    private byte[] WithCookie(PeerAddress source, int bytes)
    {
        var cookie = new byte[CookieIssuer.CookieBytes];
        Services.Cookies.Write(source, Services.Clock.Now, cookie);
        return bytes > 0 && _room[0] == (byte)'['
            ? [.. "[{\"AlwaysReturned\":{\"cookie\":\""u8, .. cookie, .. "\"}},"u8, .. _room.AsSpan(1, bytes - 1)]
            : [.. _room.AsSpan(0, bytes)];
    }

    // From an honest source, and from one that says what it is sent to say; that one is banned when it has spoilt enough.
    private void FetchNext()
    {
        if (_download is { } last && _node.Machine.Disk.TryStat(last.TargetPath, out _))
            _node.Machine.Disk.Delete(last.TargetPath);
        var content = _offered[(int)(_contents++ % Contents)];
        _running = Encoding.ASCII.GetBytes(content.Id.ToString());
        _fetchedFrom = PeerAddress.FromIPv4(0x15000000 + (uint)(_contents % 500), 24254);
        _download = _node.Fetches(content, _source.Address, _fetchedFrom);
    }

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex AnyHash();
}
