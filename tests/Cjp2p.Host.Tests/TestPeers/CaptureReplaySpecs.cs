using System.Net;
using System.Text;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.TestPeers;

/// <summary>The models against what the real nodes did.</summary>
public sealed class CaptureReplaySpecs
{
    private static readonly IPEndPoint Silent = new(IPAddress.Parse("127.0.0.98"), 24254);
    private static readonly IPEndPoint Self = new(IPAddress.Loopback, 24254);

    [Fact]
    public async Task July_model_answers_every_probe_as_the_real_node_did()
    {
        var time = new ManualTime();
        await using var model = new RustJulyPeer(Offline(time, Silent));
        model.Serve(Recording.ContentId, Recording.Whole);
        var replay = new CaptureReplay("probe-rust-2026-07", "rust-2026-07", "probe", model, time, model.CookieFor);

        AssertAlike(replay.CompareEach());
        Assert.Equal((58, 30, 1), (replay.Played, replay.Compared, replay.Restarts));
    }

    [Fact]
    public async Task March_model_answers_every_probe_as_the_real_node_did()
    {
        var time = new ManualTime();

        // A seed with which strangers get as many addresses as they got there: a second one pushes the cookie out.
        await using var model = new RustMarchPeer(Offline(time, Silent, Self) with { Seed = 5 });
        model.Serve(Recording.ContentId, Recording.Whole);

        // When the real node saved its peers we do not know; these two were too new.
        var replay = new CaptureReplay("probe-rust-2026-03", "rust-2026-03", "probe", model, time, model.CookieFor)
        {
            MayBeForgotten = { "127.0.0.77:24254", "[::1]:24254" },
        };

        AssertAlike(replay.CompareEach());
        Assert.Equal((57, 28, 1), (replay.Played, replay.Compared, replay.Restarts));
    }

    [Fact]
    public async Task Ruby_model_answers_every_probe_as_the_real_node_did()
    {
        var time = new ManualTime();
        await using var model = new RubyPeer(Offline(time, Silent));
        model.Serve(Recording.ContentId, Recording.Whole);

        // From line 196 on the real node is silent, without any probe that explains it: it answered the same before.
        var replay = new CaptureReplay("probe-ruby", "ruby", "probe", model, time, null) { LinesMax = 195 };

        AssertAlike(replay.CompareEach());
        Assert.Equal((102, 92, 8), (replay.Played, replay.Compared, replay.Restarts));
    }

    [Fact]
    public async Task Haskell_model_ends_where_the_real_node_ended_and_answers_nothing()
    {
        var time = new ManualTime();
        await using var model = new HaskellPeer(Offline(time, Silent));
        var replay = new CaptureReplay("probe-haskell", "haskell", "probe", model, time, null);

        AssertAlike(replay.CompareEach());
        Assert.Equal((58, 0, 1), (replay.Played, replay.Compared, replay.Restarts));
        Assert.Contains("nonsense", model.Crashes[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PresenceKind.Python, "py", 15, 4)]
    [InlineData(PresenceKind.JavaScript, "js", 14, 3)]
    [InlineData(PresenceKind.Go, "go", 11, 0)]
    [InlineData(PresenceKind.Haskell, "hs", 11, 0)]
    [InlineData(PresenceKind.Rust, "rs", 11, 0)]
    [InlineData(PresenceKind.RustSelect, "rs-select", 11, 0)]
    public async Task Presence_models_answer_every_probe_as_the_real_ones_did(
        PresenceKind kind, string name, int compared, int restarts)
    {
        var time = new ManualTime();
        await using var model = new PresencePeer(kind, Offline(time, Silent));
        var replay = new CaptureReplay($"probe-presence-{name}", $"presence-{name}", "probe", model, time, model.CookieFor);

        AssertAlike(replay.CompareEach());
        Assert.Equal((compared, restarts), (replay.Compared, replay.Restarts));
    }

    [Theory]
    [InlineData("transfer-rust-2026-07-to-rust-2026-07", "rust-2026-07-b")]
    [InlineData("transfer-rust-2026-07-to-ruby", "ruby")]
    public async Task July_model_serves_a_whole_transfer_as_the_real_node_did(string recording, string remote)
    {
        var time = new ManualTime();
        await using var model = new RustJulyPeer(Offline(time, Remote(recording, remote)));
        model.Serve(Recording.ContentId, Recording.Whole);
        var replay = new CaptureReplay(recording, "rust-2026-07", remote, model, time, model.CookieFor);

        AssertAlike(replay.CompareSequence());
        Assert.True(replay.Compared >= 19);
    }

    [Theory]
    [InlineData("transfer-rust-2026-07-to-rust-2026-07", "rust-2026-07-b", "rust-2026-07")]
    [InlineData("transfer-ruby-to-rust-2026-07", "rust-2026-07", "ruby")]
    public async Task July_model_asks_for_the_same_blocks_in_the_same_order(string recording, string node, string remote)
    {
        var time = new ManualTime();
        IPEndPoint source = Remote(recording, remote);
        await using var model = new RustJulyPeer(Offline(time, source));
        var replay = new CaptureReplay(recording, node, remote, model, time, model.CookieFor);
        ForeignDownload? download = null;

        AssertAlike(replay.CompareSequence(to => download = model.Download(Recording.ContentId, to)));
        Assert.True(replay.Compared >= 19);
        Assert.Equal(Recording.Whole, await download!.Completion);
    }

    [Fact]
    public async Task March_model_serves_a_whole_transfer_as_the_real_node_did()
    {
        var time = new ManualTime();
        const string name = "transfer-rust-2026-03-to-rust-2026-03";
        await using var model = new RustMarchPeer(Offline(time, Remote(name, "rust-2026-03-b"), Self));
        model.Serve(Recording.ContentId, Recording.Whole);
        var replay = new CaptureReplay(name, "rust-2026-03", "rust-2026-03-b", model, time, model.CookieFor);

        AssertAlike(replay.CompareSequence());
        Assert.Equal(19, replay.Compared);
    }

    [Fact]
    public async Task March_model_asks_for_the_same_blocks_in_the_same_order()
    {
        var time = new ManualTime();
        const string name = "transfer-rust-2026-03-to-rust-2026-03";
        await using var model = new RustMarchPeer(Offline(time, Remote(name, "rust-2026-03")));
        var replay = new CaptureReplay(name, "rust-2026-03-b", "rust-2026-03", model, time, model.CookieFor);
        ForeignDownload? download = null;

        AssertAlike(replay.CompareSequence(to => download = model.Download(Recording.ContentId, to)));
        Assert.Equal(18, replay.Compared);
        Assert.Equal(Recording.Whole, await download!.Completion);
    }

    [Fact]
    public async Task July_model_gets_one_byte_at_a_time_from_the_March_node_and_asks_on_as_the_real_one_did()
    {
        var time = new ManualTime();
        const string name = "transfer-rust-2026-03-to-rust-2026-07";
        await using var model = new RustJulyPeer(Offline(time, Remote(name, "rust-2026-03")));
        var replay = new CaptureReplay(name, "rust-2026-07", "rust-2026-03", model, time, model.CookieFor) { LinesMax = 19 };
        ForeignDownload? download = null;

        AssertAlike(replay.CompareSequence(to => download = model.Download(Recording.ContentId, to)));
        Assert.Equal(6, replay.Compared);
        Assert.Equal((5, 5, 0), (download!.Contents, download.Refused, download.BytesDone));
    }

    [Fact]
    public async Task March_model_gives_the_July_node_one_byte_at_a_time_as_the_real_one_did()
    {
        var time = new ManualTime();
        const string name = "transfer-rust-2026-03-to-rust-2026-07";
        await using var model = new RustMarchPeer(Offline(time, Remote(name, "rust-2026-07"), Self) with { Seed = 5 });
        model.Serve(Recording.ContentId, Recording.Whole);

        // Line 19 is the request that the real node ignored, as one in 31.
        var replay = new CaptureReplay(name, "rust-2026-03", "rust-2026-07", model, time, model.CookieFor) { LinesMax = 18 };

        AssertAlike(replay.CompareSequence());
        Assert.Equal(6, replay.Compared);
    }

    [Fact]
    public async Task March_model_asks_the_July_node_for_the_same_blocks_in_the_same_order()
    {
        var time = new ManualTime();
        const string name = "transfer-rust-2026-07-to-rust-2026-03";
        await using var model = new RustMarchPeer(Offline(time, Remote(name, "rust-2026-07")));
        var replay = new CaptureReplay(name, "rust-2026-03", "rust-2026-07", model, time, model.CookieFor) { LinesMax = 20 };
        ForeignDownload? download = null;

        AssertAlike(replay.CompareSequence(to => download = model.Download(Recording.ContentId, to)));
        Assert.Equal(7, replay.Compared);
        Assert.Equal(5 * 4096, download!.BytesDone);
    }

    [Fact]
    public async Task Ruby_model_serves_a_whole_transfer_as_the_real_node_did()
    {
        var time = new ManualTime();
        const string name = "transfer-ruby-to-rust-2026-07";
        await using var model = new RubyPeer(Offline(time, Remote(name, "rust-2026-07")));
        model.Serve(Recording.ContentId, Recording.Whole);
        var replay = new CaptureReplay(name, "ruby", "rust-2026-07", model, time, null);

        AssertAlike(replay.CompareSequence());
        Assert.Equal(21, replay.Compared);
    }

    [Fact]
    public async Task Ruby_model_asks_for_the_same_blocks_in_the_same_order()
    {
        var time = new ManualTime();
        const string name = "transfer-rust-2026-07-to-ruby";
        await using var model = new RubyPeer(Offline(time, Remote(name, "rust-2026-07")));
        var replay = new CaptureReplay(name, "ruby", "rust-2026-07", model, time, null);
        ForeignDownload? download = null;

        AssertAlike(replay.CompareSequence(to => download = model.Download(Recording.ContentId, to)));
        Assert.Equal(19, replay.Compared);
        Assert.Equal(Recording.Whole, await download!.Completion);
    }

    [Theory]
    [InlineData("transfer-bash-to-bash", "bash-b")]
    [InlineData("transfer-bash-to-ruby", "ruby")]
    public async Task Bash_model_serves_blocks_as_the_real_node_did(string recording, string remote)
    {
        await using var model = new BashPeer(Offline(new ManualTime(), Remote(recording, remote)));
        model.Serve(Recording.ContentId, Recording.Whole);
        string[] real = [.. Recording.Load(recording).Where(l => l.From == "bash" && l.To == remote && !l.Cut)
            .Select(l => l.Text).Where(t => t.Contains("\"Content\"", StringComparison.Ordinal)).Distinct()];
        string[] requests = [.. Recording.Load(recording).Where(l => l.From == remote && l.To == "bash")
            .Select(l => l.Text).Where(t => t.Contains("PleaseSendContent", StringComparison.Ordinal)).Distinct()];

        IPEndPoint from = Remote(recording, remote);
        string[] answers = [.. requests.SelectMany(r => model.Exchange(Encoding.UTF8.GetBytes(r), from)).Select(s => s.Text)];

        Assert.NotEmpty(real);
        Assert.Equal(real, answers.Take(real.Length)); // what it was asked beyond the end it answers with silence
    }

    private static void AssertAlike(string differences) => Assert.True(differences.Length == 0, differences);

    private static IPEndPoint Remote(string recording, string name) =>
        Recording.Load(recording).First(l => l.From == name).FromAddress;

    private static ForeignModelOptions Offline(TimeProvider time, params IPEndPoint[] peers) => new()
    {
        RareEvents = false,
        Time = time,
        Peers = peers,
        Address = IPAddress.Parse("127.0.0.2"),
        Port = 24254,
    };
}
