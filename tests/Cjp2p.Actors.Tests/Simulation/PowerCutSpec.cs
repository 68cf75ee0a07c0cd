using System.Text.Json;
using Akka.Actor;
using Akka.Configuration;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Storage;
using Xunit.Abstractions;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>
/// A download on a machine that loses its power a hundred times: at random moments and in the middle of what an actor does in one
/// turn. Each time what was not flushed is lost or torn, sector by sector. (<c>KillTests</c> kills a real process.)
/// </summary>
public sealed class PowerCutSpec(ITestOutputHelper output) : ISimTap, IDisposable
{
    private const int Cuts = 100;
    private const int Bytes = 100 * SpanGeometry.SpanBytes + 777;
    private const string Folder = "/got";
    private const string Target = Folder + "/content";
    private const string Part = Target + DownloadFileActor.UnfinishedSuffix;
    private const string Map = Part + DownloadFileActor.MapSuffix;

    // Slow, so that the last cut comes before the end: two spans a second.
    private static readonly AccessLink Line = AccessLink.Lan with { Down = AccessLink.Lan.Down with { BitsPerSecond = 5_000_000 } };

    private readonly MemoryNodeStates _states = new();
    private readonly List<(long Offset, long Length)> _asked = [];
    private SimWorld _world = null!;
    private SimMachine _leech = null!;
    private SimContent _content = null!;
    private PeerAddress _source;

    public void Dispose() => _world?.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Download_goes_on_after_each_of_100_power_cuts_and_fetches_nothing_that_is_on_the_disk(ulong seed)
    {
        _world = new SimWorld(new SimWorldSettings { Seed = seed });
        var random = _world.RandomFor(7);
        _content = _world.NewContent(Bytes);
        var seeder = _world.AddNode(AccessLink.Lan).Shares(_content);
        _source = seeder.Address;
        _leech = _world.AddMachine(Line);
        _leech.Disk.CreateFolder(Folder);
        _leech.Disk.CreateFolder("/data");
        _states.BeforeWrite = _ =>
        {
            if (_leech.Disk.IsDead)
                throw new IOException("The machine has crashed");
        };
        _world.Network.Tap = this;

        Start();
        _leech.Actor!.Tell(new DownloadProtocol.StartDownload(_content.Id, Target, [_source]));
        // Then its state says that it is running, and each start goes on with it.
        _world.RunFor(TimeSpan.FromSeconds(2));
        var (whole, asked, midTurn) = (new HashSet<int>(), 0L, 0);
        for (var cut = 1; cut <= Cuts; cut++)
        {
            if (random.Next(2) == 0)
            {
                _leech.Disk.DieAfter(random.Next(1, 12));
                _world.RunUntil(() => _leech.Disk.IsDead, TimeSpan.FromSeconds(2));
                midTurn++;
            }
            else
            {
                _world.RunFor(TimeSpan.FromMilliseconds(random.Next(1, 1500)));
            }

            _leech.Crash();
            Assert.False(_leech.Disk.Files.ContainsKey(Target), $"cut {cut}: it was done already");
            AssertAskedOnlyForWhatWasMissing(whole, cut);
            var now = WholeSpans();
            Assert.True(now.IsSupersetOf(whole), $"cut {cut}: spans that survived an earlier cut were lost");
            whole = now;
            asked += _asked.Sum(request => request.Length);
            // It is off for a moment: what it asked before has arrived.
            _world.RunFor(TimeSpan.FromSeconds(0.1));
            _asked.Clear();
            Start();
        }

        // Much was lost and torn, and much was there again.
        Assert.InRange(whole.Count, 20, Bytes / SpanGeometry.SpanBytes);
        Assert.True(_leech.Disk.Counters.SectorsLost > 1000, "hardly anything was lost");
        Assert.InRange(midTurn, 20, Cuts - 20);
        Assert.True(_world.RunUntil(() => _leech.Disk.Files.ContainsKey(Target), TimeSpan.FromMinutes(10)), _world.ToString());
        AssertAskedOnlyForWhatWasMissing(whole, Cuts + 1);
        Assert.Equal(_content.Bytes.ToArray(), _leech.Disk.ReadSmall(Target, Bytes));
        _world.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal([Target], _leech.Disk.Enumerate(Folder).Select(file => file.Path));
        _leech.Actor!.Tell(NodeProtocol.Stop.Instance);
        _world.RunFor(TimeSpan.FromSeconds(20));
        using var state = _states.Open("/data", [], _world.Clock.GetUtcNow());
        var kept = state.Load(_world.Clock.GetUtcNow(), new StateLimits(100, 100, 100, 100));
        Assert.Empty(kept.Downloads);
        Assert.Contains(kept.Peers, peer => peer.Address == _source);
        Assert.Empty(_world.Failures);
        output.WriteLine(
            $"{whole.Count} spans survived {Cuts} cuts ({midTurn} in the middle of a turn); {_leech.Disk.Counters.SectorsLost} sectors and {_leech.Disk.Counters.EntriesLost} names lost; {asked / (double)Bytes:0.00} times the content asked for until the last, {_world.Now.TotalSeconds:0} s");
    }

    void ISimTap.Delivered(
        TimeSpan at, SimHost from, SimHost to, in PeerAddress source, in PeerAddress destination, ReadOnlySpan<byte> datagram)
    {
        if (from != _leech.Host)
            return;
        using var document = JsonDocument.Parse(datagram.ToArray());
        foreach (var element in document.RootElement.EnumerateArray())
        {
            if (element.TryGetProperty("PleaseSendContent", out var request))
                _asked.Add((request.GetProperty("offset").GetInt64(), request.GetProperty("length").GetInt64()));
        }
    }

    // But for the question how long it is, which asks for the first chunk.
    private void AssertAskedOnlyForWhatWasMissing(HashSet<int> whole, int cut)
    {
        foreach (var (offset, length) in _asked.Where(request => request.Offset > 0 || request.Length > SpanGeometry.DefaultChunkBytes))
        {
            for (var span = offset / SpanGeometry.SpanBytes; span * SpanGeometry.SpanBytes < offset + length; span++)
                Assert.False(whole.Contains((int)span), $"cut {cut}: span {span} was there, and {length} bytes at {offset} were asked for");
        }
    }

    // What is there as it should be, and has its mark.
    private HashSet<int> WholeSpans()
    {
        if (!_leech.Disk.Files.TryGetValue(Part, out var part)
            || SpanMarks.Read(_content.Id.Sha256, Bytes, _leech.Disk.ReadSmall(Map, SpanMarks.BytesFor(SpanGeometry.SpanCount(Bytes)))) is not { } marks)
            return [];
        var bytes = new byte[SpanGeometry.SpanBytes];
        return
        [
            .. marks.Marked.Where(span =>
            {
                var wanted = _content.Bytes.Span.Slice(span * SpanGeometry.SpanBytes, SpanGeometry.SpanLength(span, Bytes));
                return part.Read((long)span * SpanGeometry.SpanBytes, bytes.AsSpan(0, wanted.Length)) == wanted.Length
                    && bytes.AsSpan(0, wanted.Length).SequenceEqual(wanted) && marks[span] == SpanMarks.Of(wanted);
            }),
        ];
    }

    private void Start()
    {
        var settings = NodeSettings.FromConfig(ConfigurationFactory.ParseString("""
            cjp2p {
              listen = ["0.0.0.0:24254"], content.data = "/data"
              downloads.save-every = 1s
            }
            """));
        _leech.Start(NodeActor.Props(settings, _leech.NewNodeEnvironment() with { States = _states }));
    }
}
