using System.Net;
using System.Text;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.TestPeers;

/// <summary>What ends the real programs ends their models, and what does not, does not.</summary>
public sealed class ModelCrashSpecs
{
    private static readonly IPEndPoint Us = new(IPAddress.Parse("127.0.0.99"), 24254);
    private static readonly string Long = new('a', 251);

    public static TheoryData<string, string, bool> Cases()
    {
        const string id = "the-file";
        const string download = "the-download";
        string block = Convert.ToBase64String(new byte[4096]);
        return new TheoryData<string, string, bool>
        {
            // The July node, in the order of the list of its known crashes.
            { "July", Ask(id, "9223372036854775808"), true },
            { "July", Ask(id, "9223372036854775807"), false },
            { "July", Ask(Long, "0"), true },
            { "July", Ask(Long[..250], "0"), false },
            { "July", $"{Ask("x", "0")} | {Ask("x.json/y", "0")}", true },
            { "July", $"{Ask("foo.json/bar", "0")} | {Ask("foo", "0")}", true },
            { "July", $"{Ask("foo/bar", "0")} | {Ask("foo", "0")}", false },
            { "July", """[{"AlwaysReturned":COOKIE},{"ReturnedMessage":{"cookie":"abc"}}]""", true },
            { "July", """[{"AlwaysReturned":COOKIE},{"ReturnedMessage":{"cookie":"-1"}}]""", true },
            { "July", """[{"AlwaysReturned":COOKIE},{"ReturnedMessage":{"cookie":"1e300"}}]""", true },
            { "July", """[{"AlwaysReturned":COOKIE},{"ReturnedMessage":{"cookie":"1.5"}}]""", false },
            { "July", """[{"ReturnedMessage":{"cookie":"abc"}}]""", false },
            { "July", Content(download, 4096, block, 5000), true },
            { "July", Content(download, 0, block, 4096), false },
            { "July", Content(download, 0, block, 1L << 62), true },
            { "July", Content("another", 0, block, 1L << 62), false },
            { "July", """[{"Peers":{"peers":["[::1]:24254","nonsense"]}}]""", false },

            { "March", Content(download, 5000, "", 5000), true },
            { "March", Content(download, 0, "", 0), true },
            { "March", Content(download, 0, block, 4096), false },
            { "March", """[{"ReturnedMessage":{"sent_at":-0.5}}]""", true },
            { "March", """[{"ReturnedMessage":{"sent_at":1e300}}]""", true },
            { "March", """[{"ReturnedMessage":{"sent_at":0.5}}]""", false },
            { "March", Ask("incoming", "0"), true },
            { "March", Ask("unknown", "0"), false },

            { "Ruby", """[{"Peers":{"peers":["[::1]:24254"]}}]""", true },
            { "Ruby", """[{"Peers":{"peers":["example.org:24254"]}}]""", true },
            { "Ruby", """[{"Peers":{"peers":["127.0.0.1"]}}]""", true },
            { "Ruby", """[{"Peers":{"peers":["127.0.0.1:24254"]}}]""", false },
            { "Ruby", """[{"Peers":{}}]""", true },
            { "Ruby", """[{"MaybeTheyHaveSome":{"id":"the-download","peers":["[::1]:24254"]}}]""", true },
            { "Ruby", """[{"MaybeTheyHaveSome":{"id":"another","peers":["[::1]:24254"]}}]""", false },
            { "Ruby", """[{"Content":{"id":"the-download","offset":0,"base64":"AAAA"}}]""", true },
            { "Ruby", """[{"Content":{"id":"another","offset":0,"base64":"AAAA"}}]""", false },
            { "Ruby", Content(download, 0, block, 8192), false },
            { "Ruby", """[{"PleaseSendContent":{"id":"the-file","offset":0}}]""", true },
            { "Ruby", """[{"PleaseSendContent":{"id":"the-file","length":"16","offset":0}}]""", true },
            { "Ruby", Ask(id, "-1"), true },
            { "Ruby", """[{"PleaseSendContent":{"id":"the-file","length":60000,"offset":0}}]""", true },
            { "Ruby", """[{"PleaseSendContent":{"id":"the-file","length":48000,"offset":0}}]""", false },
            { "Ruby", Ask("..", "0"), true },

            { "Bash", """[{"Content":{"id":"the-download","offset":0,"base64":"AAAA"}}]""", true },
            { "Bash", Content(download, 0, block, 4096), false },
            { "Bash", """[{"PleaseSendContent":{"id":"the-file","offset":0}}]""", true },
            { "Bash", Ask(download, "0"), true },
            { "Bash", $"{Content(download, 0, block, 8192)} | {Ask(download, "0")}", false },
            { "Bash", """[{"Peers":{"peers":["[::1]:24254"]}}]""", false },
            { "Bash", "[{\"Peers\":{\"peers\":[\"" + new string('a', 256) + "\"]}}]", true },
            { "Bash", """[{"PleaseReturnThisMessage":{"cookie":"ä"}}]""", true },
            { "Bash", """[{"PleaseReturnThisMessage":{"cookie":"a"}}]""", false },

            { "Haskell", """[{"Peers":{"peers":["nonsense"]}}]""", true },
            { "Haskell", """[{"Peers":{"peers":["[::1]:24254"]}}]""", false },
            { "Haskell", """[{"Peers":{"peers":["[2001:818:e876::1]:24254"]}}] | TICK""", true },
            { "Haskell", """[{"Peers":{"peers":["127.0.0.1:0"]}}] | TICK""", true },
            { "Haskell", """[{"Peers":{"peers":["127.0.0.1:24254"]}}] | TICK""", false },
            { "Haskell", "[{\"Peers\":{\"peers\":[\"nonsense\",\"" + new string('a', 1024) + "\"]}}]", false },

            { "Python", """[{"Peers":{"peers":["[::1]:24254"]}}] | TICK""", true },
            { "Python", """["text"]""", true },
            { "Python", "[null]", true },
            { "Python", """{"PleaseSendPeers":{}}""", true },
            { "Python", "hello", false },
            { "JavaScript", """[{"Peers":{"peers":["[::1]:24254"]}}] | TICK""", true },
            { "JavaScript", """["text"]""", false },
            { "Go", """[{"Peers":{"peers":["[::1]:24254"]}}] | TICK""", false },
            { "Go", "[null]", false },
        };
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Model_ends_exactly_where_the_real_program_does(string kind, string datagrams, bool ends)
    {
        var time = new ManualTime();
        await using ForeignModel peer = Peer(kind, time);
        foreach (string datagram in datagrams.Split(" | "))
        {
            if (datagram == "TICK") time.Advance(TimeSpan.FromSeconds(12));
            else peer.Exchange(Encoding.UTF8.GetBytes(datagram.Replace("COOKIE", Cookie(peer), StringComparison.Ordinal)), Us);
        }

        Assert.Equal(ends, peer.IsDead);
        Assert.Equal(ends ? 1 : 0, peer.Crashes.Count);
    }

    [Fact]
    public async Task Dead_peer_records_but_never_answers_again()
    {
        var time = new ManualTime();
        await using var peer = new RubyPeer(Options(time));
        peer.Start();
        Assert.Single(peer.Exchange("""[{"PleaseSendPeers":{}}]"""u8.ToArray(), Us));
        Assert.Empty(peer.Exchange("""[{"Peers":{"peers":["[::1]:1"]}}]"""u8.ToArray(), Us));

        Assert.Empty(peer.Exchange("""[{"PleaseSendPeers":{}}]"""u8.ToArray(), Us));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(peer.TakeOutbox());
        Assert.Equal((3, 2), (peer.DatagramsReceived, peer.CountReceived("PleaseSendPeers")));
        Assert.Equal("IPv6 in a list of peers: [::1]:1", peer.Crashes.Single());

        peer.Revive();
        Assert.Single(peer.Exchange("""[{"PleaseSendPeers":{}}]"""u8.ToArray(), Us));
    }

    [Fact]
    public async Task What_only_hurts_is_a_complaint()
    {
        await using var peer = new RustJulyPeer(Options(new ManualTime()));
        peer.Start();
        peer.Download("the-download", Us);
        peer.Exchange("""[{"Peers":{"peers":["nonsense"]}}]"""u8.ToArray(), Us);
        peer.Exchange("""[{"AlwaysReturned":{"cookie":"00000000"}},{"PleaseAlwaysReturnThisMessage":{"key":1}}]"""u8.ToArray(), Us);
        peer.Exchange("""[{"Content":{"id":"the-download","offset":0,"base64":"AAAA"}}]"""u8.ToArray(), Us);
        peer.Exchange("hello"u8.ToArray(), Us);

        Assert.Empty(peer.Crashes);
        Assert.Equal(
        [
            "element skipped: Peers",
            "AlwaysReturned with a wrong cookie first",
            "element skipped: PleaseAlwaysReturnThisMessage",
            "Content without eof",
            "no JSON array: the whole datagram is dropped",
        ], peer.Complaints);
    }

    [Fact]
    public async Task Bash_node_gives_a_cookie_back_without_its_slashes()
    {
        await using var peer = new BashPeer(Options(new ManualTime()) with { Peers = [Us] });
        peer.Exchange("""[{"PleaseAlwaysReturnThisMessage":{"cookie":"a/b/c"}}]"""u8.ToArray(), Us);
        peer.Start();

        Assert.Equal("""[{"PleaseSendPeers":{}},{"AlwaysReturned":{"cookie":"abc"}}]""", peer.TakeOutbox()[0].Text);
        Assert.Single(peer.Complaints);
    }

    [Theory]
    [InlineData(MarchCookieShape.Key, """{"key":(\d+)}""")]
    [InlineData(MarchCookieShape.BareNumber, @"(\d+)")]
    [InlineData(MarchCookieShape.Token, """{"token":(\d+)}""")]
    public async Task March_builds_differ_in_the_shape_of_their_cookie(MarchCookieShape shape, string pattern)
    {
        await using var peer = new RustMarchPeer(Options(new ManualTime()), shape);
        peer.Serve("the-file", new byte[100]);
        peer.Start();
        Assert.Matches($"^{pattern}$", peer.CookieFor(Us));
        string ask = """{"PleaseSendContent":{"id":"the-file","length":4096,"offset":0}}""";

        string one = peer.Exchange(Encoding.UTF8.GetBytes($"[{ask}]"), Us).Single().Text;
        Assert.Contains("\"base64\":\"AA==\"", one, StringComparison.Ordinal);
        byte[] verified = Encoding.UTF8.GetBytes($$"""[{{ask}},{"AlwaysReturned":{{peer.CookieFor(Us)}}}]""");
        string all = peer.Exchange(verified, Us).Single().Text;
        Assert.Contains(Convert.ToBase64String(new byte[100]), all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task March_node_leaves_its_cookie_out_where_the_answer_would_be_too_long()
    {
        IPEndPoint[] known = [new(IPAddress.Parse("127.0.0.4"), 24254), new(IPAddress.Parse("127.0.0.8"), 24255)];
        await using var peer = new RustMarchPeer(Options(new ManualTime()) with { Peers = known });
        peer.Start();
        peer.TakeOutbox();
        string[] answers = [.. Enumerable.Range(0, 100)
            .Select(_ => peer.Exchange("""[{"PleaseSendPeers":{}}]"""u8.ToArray(), Us).Single().Text).Distinct()];

        // As recorded: one address and the cookie, or two addresses without.
        Assert.Equal(4, answers.Length);
        Assert.All(answers, a => Assert.Equal(a.Split("127.0.0.").Length == 2, a.Contains("\"key\"", StringComparison.Ordinal)));
        Assert.Contains("""[{"Peers":{"peers":["127.0.0.8:24255","127.0.0.4:24254"]}}]""", answers);
        byte[] longer = """[{"PleaseSendPeers":{}},{"PleaseAlwaysReturnThisMessage":{"cookie":"aabbccdd"}}]"""u8.ToArray();
        Assert.EndsWith(
            """{"AlwaysReturned":{"cookie":"aabbccdd"}}]""", peer.Exchange(longer, Us).Single().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task July_node_cuts_its_answer_to_a_stranger_by_chance()
    {
        await using var peer = new RustJulyPeer(Options(new ManualTime()) with { RareEvents = true, Peers = [Us] });
        peer.Serve("the-file", new byte[100]);
        peer.Start();
        byte[] ask = Encoding.UTF8.GetBytes(Ask("the-file", "0"));
        int[] counts = new int[2];
        for (int i = 0; i < 2000; i++)
        {
            string answer = peer.Exchange(ask, Us).Single().Text;
            Assert.Contains("PleaseAlwaysReturnThisMessage", answer, StringComparison.Ordinal);
            counts[answer.Contains("\"Content\"", StringComparison.Ordinal) ? 1 : 0]++;
        }

        // One in 27 is ignored, and one in seventeen or so of the rest is cut: about 190 of 2000.
        Assert.InRange(counts[0], 120, 270);
    }

    private static string Ask(string id, string offset) =>
        "[{\"PleaseSendContent\":{\"id\":\"" + id + "\",\"length\":16,\"offset\":" + offset + "}}]";

    private static string Content(string id, long offset, string base64, long eof) =>
        "[{\"Content\":{\"id\":\"" + id + "\",\"offset\":" + offset + ",\"base64\":\"" + base64 + "\",\"eof\":" + eof + "}}]";

    private static string Cookie(ForeignModel peer) => peer is RustPeer rust ? rust.CookieFor(Us) : "{}";

    private static ForeignModelOptions Options(TimeProvider time) => new()
    {
        RareEvents = false,
        Time = time,
        Address = IPAddress.Parse("127.0.0.2"),
        Port = 24254,
    };

    private static ForeignModel Peer(string kind, TimeProvider time)
    {
        ForeignModelOptions options = Options(time);
        ForeignModel peer = kind switch
        {
            "July" => new RustJulyPeer(options),
            "March" => new RustMarchPeer(options),
            "Ruby" => new RubyPeer(options),
            "Bash" => new BashPeer(options),
            "Haskell" => new HaskellPeer(options),
            _ => new PresencePeer(Enum.Parse<PresenceKind>(kind), options),
        };
        peer.Start();
        if (peer is RustPeer rust)
        {
            rust.Serve("the-file", new byte[100_000]);
            rust.Download("the-download", Us);
        }
        else if (peer is ScriptPeer script)
        {
            script.Serve("the-file", new byte[100_000]);
            script.Download("the-download", Us);
        }

        peer.TakeOutbox();
        return peer;
    }
}
