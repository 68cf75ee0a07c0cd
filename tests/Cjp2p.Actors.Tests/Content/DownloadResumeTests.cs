using Akka.Actor;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Content;

/// <summary>Downloads that stop, and go on; disks that fail.</summary>
public sealed class DownloadResumeTests : DownloadSpec
{
    private const string Unfinished = Target + DownloadFileActor.UnfinishedSuffix;
    private const string Map = Unfinished + DownloadFileActor.MapSuffix;

    private readonly byte[] _content = ScriptedSource.ContentOf(20 * SpanGeometry.SpanBytes + 777);

    // ---- stop and resume

    [Fact]
    public void Stopped_download_saves_where_it_is_and_goes_on_from_there()
    {
        var source = SlowSource();
        Start();
        Fetch(source.Id, [source]);
        var done = UntilDone(5);
        Node.Tell(new DownloadProtocol.StopDownload(source.Id));
        Assert.Contains("stopped", UntilTold<DownloadProtocol.Failed>(1).Reason, StringComparison.Ordinal);
        Settle();
        Assert.Empty(TreeBelow(Downloads));
        AssertNothingIsBorrowed();
        Assert.True(Disk.Exists(Unfinished));
        Assert.True(Disk.Exists(Map));

        ForgetRequests(source);
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(_content);
        Assert.InRange(source.Requests.Sum(request => request.Length), 1, _content.Length - done + 10 * 4096);
    }

    [Fact]
    public void Node_that_is_stopped_saves_its_downloads_and_another_goes_on_with_them()
    {
        var source = SlowSource();
        Start();
        Fetch(source.Id, [source]);
        var done = UntilDone(5);
        var stopper = CreateTestProbe();
        Node.Tell(NodeProtocol.Stop.Instance, stopper.Ref);
        UntilSeconds(8, () => stopper.HasMessages);
        Only<NodeProtocol.Stopped>(stopper);
        stopper.Watch(Node);
        UntilTerminated(stopper);
        AssertNothingIsBorrowed();
        Assert.Single(All(User).OfType<DownloadProtocol.Failed>());

        ForgetRequests(source);
        Start(name: "again");
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(_content);
        Assert.InRange(source.Requests.Sum(request => request.Length), 1, _content.Length - done + 10 * 4096);
    }

    [Fact]
    public void Download_that_is_saved_now_and_then_loses_little_in_a_crash()
    {
        var source = SlowSource();
        Start("cjp2p.downloads.save-every = 1s");
        Fetch(source.Id, [source]);
        UntilDone(8);
        AdvanceSeconds(1);
        // Without a word: what is not saved is gone.
        var grave = CreateTestProbe();
        grave.Watch(Node);
        Sys.Stop(Node);
        UntilTerminated(grave);
        Assert.Single(All(User).OfType<DownloadProtocol.Failed>());
        ForgetRequests(source);
        Start(name: "again");
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(_content);
        Assert.InRange(source.Requests.Sum(request => request.Length), 1, _content.Length - 5 * SpanGeometry.SpanBytes);
    }

    [Fact]
    public void Start_right_after_a_stop_is_answered()
    {
        var source = SlowSource();
        Start();
        Fetch(source.Id, [source]);
        UntilDone(3);
        var user = CreateTestProbe();
        Node.Tell(new DownloadProtocol.StopDownload(source.Id));
        Fetch(source.Id, [source], user: user);
        UntilSeconds(60, () => All(user).Any(message => message is DownloadProtocol.Finished or DownloadProtocol.Failed));
    }

    [Fact]
    public void Stop_before_anything_is_known_leaves_nothing()
    {
        Start();
        Fetch(ScriptedSource.IdOf(_content), []);
        Settle();
        Node.Tell(new DownloadProtocol.StopDownload(ScriptedSource.IdOf(_content)));
        UntilTold<DownloadProtocol.Failed>(1);
        Settle();
        Assert.Empty(TreeBelow(Downloads));
        Assert.Empty(Disk.Paths);
        AssertNothingIsBorrowed();
    }

    [Fact]
    public void Stop_of_what_does_not_run_is_nothing()
    {
        Start();
        Node.Tell(new DownloadProtocol.StopDownload(ScriptedSource.IdOf(_content)));
        Settle();
        Nothing(User);
    }

    [Theory]
    [InlineData("magic")]
    [InlineData("digest")]
    [InlineData("length")]
    [InlineData("short")]
    [InlineData("empty")]
    public void Map_that_is_not_of_this_content_is_worth_nothing(string fault)
    {
        var source = SlowSource();
        Start();
        Fetch(source.Id, [source]);
        UntilDone(5);
        Node.Tell(new DownloadProtocol.StopDownload(source.Id));
        UntilTold<DownloadProtocol.Failed>(1);
        Settle();
        if (fault is "magic" or "digest" or "length")
            Disk.Spoil(Map, fault == "magic" ? 0 : fault == "digest" ? 8 : 40);
        else
            Disk.Put(Map, fault == "short" ? Disk.Content(Map)[..47] : []);
        ForgetRequests(source);
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(_content);
        Assert.True(source.Requests.Sum(request => request.Length) >= _content.Length);
    }

    [Fact]
    public void Span_that_the_map_promises_and_the_file_is_too_short_for_is_fetched()
    {
        var source = SlowSource();
        Start();
        Fetch(source.Id, [source]);
        UntilDone(5);
        Node.Tell(new DownloadProtocol.StopDownload(source.Id));
        UntilTold<DownloadProtocol.Failed>(1);
        Settle();
        Disk.Put(Unfinished, Disk.Content(Unfinished)[..(2 * SpanGeometry.SpanBytes + 10)]);
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(_content);
    }

    // Nobody who gives the rest is to blame for it.
    [Fact]
    public void Unfinished_file_that_rotted_is_fetched_anew_and_nobody_is_banned()
    {
        var source = SlowSource();
        Start();
        Fetch(source.Id, [source]);
        UntilDone(5);
        Node.Tell(new DownloadProtocol.StopDownload(source.Id));
        UntilTold<DownloadProtocol.Failed>(1);
        Settle();
        Disk.Spoil(Unfinished, 1000);
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(120);
        AssertGot(_content);
        Assert.DoesNotContain(Warnings, line => line.Contains("is not asked for", StringComparison.Ordinal));
    }

    [Fact]
    public void Complete_unfinished_file_needs_only_its_name()
    {
        var source = SlowSource();
        Start();
        Disk.Fault = (operation, _) => operation == DiskOperation.Rename ? new IOException("no names left") : null;
        Fetch(source.Id, [source]);
        UntilSeconds(60, () => Progress().Phase == DownloadPhase.Paused);
        Node.Tell(new DownloadProtocol.StopDownload(source.Id));
        UntilTold<DownloadProtocol.Failed>(1);
        Settle();
        Disk.Fault = (_, _) => null;
        ForgetRequests(source);
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(10);
        AssertGot(_content);
        // The probe, to know the length.
        Assert.InRange(source.Requests.Count, 1, 2);
    }

    // ---- the disk

    [Fact]
    public void Full_disk_pauses_that_download_says_so_and_the_download_goes_on_when_there_is_room()
    {
        var source = SlowSource();
        Start();
        Fetch(source.Id, [source]);
        var done = UntilDone(3);
        Disk.IsFull = true;
        UntilSeconds(30, () => Progress().Phase == DownloadPhase.Paused);
        Assert.Contains("No space left", Progress().Why, StringComparison.Ordinal);
        AdvanceSeconds(3600);
        Assert.True(Progress().DoneBytes >= done);
        Disk.IsFull = false;
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(_content);
    }

    // A command that waits for its file ends then, instead of waiting for somebody to make room.
    [Fact]
    public void Who_waits_is_told_at_once_that_the_disk_is_full()
    {
        var source = SlowSource();
        Start();
        Fetch(source.Id, [source]);
        UntilDone(3);
        Disk.IsFull = true;
        UntilSeconds(30, () => All(User).OfType<DownloadProtocol.Progress>().Any(told =>
            told.Phase == DownloadPhase.Paused && told.Why.Contains("No space left", StringComparison.Ordinal)));
    }

    [Fact]
    public void Full_disk_does_not_stop_other_downloads()
    {
        var source = SlowSource();
        var other = Source(2, ScriptedSource.ContentOf(600_000, 2));
        Start();
        Disk.Fault = (operation, path) => operation == DiskOperation.Write && path == Unfinished ? new IOException("No space left on device") : null;
        var user = CreateTestProbe();
        Fetch(source.Id, [source]);
        Fetch(other.Id, [other], target: "/elsewhere/other", user: user);
        UntilTold<DownloadProtocol.Finished>(10, user);
        Assert.Equal(other.Content, Disk.Content("/elsewhere/other"));
    }

    [Fact]
    public void While_the_disk_is_full_hardly_anything_is_fetched()
    {
        var source = SlowSource();
        Start();
        Fetch(source.Id, [source]);
        UntilDone(3);
        Disk.IsFull = true;
        UntilSeconds(30, () => Progress().Phase == DownloadPhase.Paused);
        AdvanceSeconds(60);
        source.Requests.Clear();
        AdvanceSeconds(3600);
        Assert.InRange(source.Requests.Sum(request => request.Length), 0, _content.Length);
    }

    [Fact]
    public void Full_disk_is_logged_once()
    {
        var source = SlowSource();
        Start();
        Fetch(source.Id, [source]);
        UntilDone(3);
        Disk.IsFull = true;
        AdvanceSeconds(3600);
        Assert.Single(Warnings, line => line.Contains("waits for the disk", StringComparison.Ordinal));
        Disk.IsFull = false;
        UntilTold<DownloadProtocol.Finished>(60);
    }

    // The pause is over then, and must not end a second time (seed 103 of the chaos).
    [Fact]
    public void Another_length_that_is_believed_during_a_pause_ends_the_pause()
    {
        var liar = Source(2, _content);
        liar.Eof = () => 700_000;
        ScriptedSource[] honest = [SlowSource(), Source(3, _content)];
        honest[0].Delay = honest[1].Delay = TimeSpan.FromSeconds(1);
        Start("cjp2p.downloads.disk-retry = 5s");
        Disk.IsReadOnly = true;
        Fetch(liar.Id, [liar]);
        UntilSeconds(2, () => Progress().Phase == DownloadPhase.Paused);
        Disk.IsReadOnly = false;
        Fetch(liar.Id, honest);
        AdvanceSeconds(4);
        Assert.True(Progress().DoneBytes > 0);
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(_content);
    }

    // Nobody says how long it is any more.
    [Fact]
    public void Length_that_nobody_claims_any_more_during_a_pause_is_searched_for()
    {
        var liar = Source(2, _content);
        liar.Eof = () => 700_000;
        Start("cjp2p.downloads { disk-retry = 5s, length-max = 100MiB }");
        Disk.IsReadOnly = true;
        Fetch(liar.Id, [liar]);
        UntilSeconds(2, () => Progress().Phase == DownloadPhase.Paused);
        // It is banned for this.
        Network.Send(liar.Address, Us, new Actors.Protocol.Content(liar.Id, 0, [1], 200_000_000));
        AdvanceSeconds(0.1);
        Disk.IsReadOnly = false;
        Assert.Equal((DownloadPhase.Searching, -1L), (Progress().Phase, Progress().LengthBytes));
        AdvanceSeconds(20);
        Assert.Equal((DownloadPhase.Searching, -1L), (Progress().Phase, Progress().LengthBytes));
        Fetch(liar.Id, [SlowSource()]);
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(_content);
    }

    [Fact]
    public void Read_only_disk_is_waited_for()
    {
        var source = SlowSource();
        Start();
        Disk.IsReadOnly = true;
        Fetch(source.Id, [source]);
        UntilSeconds(10, () => Progress().Phase == DownloadPhase.Paused);
        Assert.Contains("denied", Progress().Why, StringComparison.Ordinal);
        Disk.IsReadOnly = false;
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(_content);
    }

    public static TheoryData<string> Operations =>
    [
        nameof(DiskOperation.OpenWrite), nameof(DiskOperation.Write), nameof(DiskOperation.Flush), nameof(DiskOperation.Rename),
        nameof(DiskOperation.Delete), nameof(DiskOperation.ReadSmall), nameof(DiskOperation.WriteSmall), nameof(DiskOperation.Stat),
        nameof(DiskOperation.Read), nameof(DiskOperation.SetLength),
    ];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_that_fails_once_costs_a_pause_at_the_most(string operation)
    {
        var source = SlowSource();
        Start("cjp2p.downloads.save-every = 500ms");
        var faults = 0;
        Disk.Fault = (what, path) => what.ToString() == operation && path.StartsWith("/got/", StringComparison.Ordinal) && faults++ == 0
            ? new IOException("hiccup")
            : null;
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(120);
        Disk.Fault = (_, _) => null;
        Assert.Equal(_content, Disk.Content(Target));
        Settle();
        Assert.Empty(TreeBelow(Downloads));
        AssertNothingIsBorrowed();
    }

    // What nobody expects: the actor of the file fails, the download makes another.
    [Theory]
    [MemberData(nameof(Operations))]
    public void Exception_of_any_kind_in_the_file_costs_a_pause_at_the_most(string operation)
    {
        ExpectErrors("surprise");
        var source = SlowSource();
        Start("cjp2p.downloads.save-every = 500ms");
        var faults = 0;
        Disk.Fault = (what, path) => what.ToString() == operation && path.StartsWith("/got/", StringComparison.Ordinal) && faults++ == 0
            ? new InvalidOperationException("surprise")
            : null;
        Fetch(source.Id, [source]);
        UntilTold<DownloadProtocol.Finished>(120);
        Disk.Fault = (_, _) => null;
        Assert.Equal(_content, Disk.Content(Target));
        Settle();
        Assert.Empty(TreeBelow(Downloads));
        AssertNothingIsBorrowed();
    }

    // ---- serving what is verified of it

    [Fact]
    public void Verified_spans_are_served_while_the_rest_is_fetched_and_no_others()
    {
        var source = SlowSource();
        Start();
        Fetch(source.Id, [source], ScriptedSource.DigestsOf(_content));
        UntilDone(3);
        source.IsSilent = true;
        AdvanceSeconds(2);
        var partial = Shared.Routes.TryGet(source.Id, out var route) ? route.Partial! : null;
        Assert.NotNull(partial);
        var asker = Datagram.At("127.0.0.50:5");
        for (var span = 0; span < 21; span++)
        {
            Network.Clear();
            Network.Send(asker, Us, new PleaseSendContent(source.Id, 4096, span * SpanGeometry.SpanBytes), new AlwaysReturned(Datagram.CookieOf(Shared, asker)));
            AdvanceSeconds(0.1);
            var given = Network.SentTo(asker).SelectMany(sent => sent.Messages).OfType<Actors.Protocol.Content>().ToArray();
            if (partial.Covers(span * SpanGeometry.SpanBytes, 1))
                Assert.Equal(_content.AsSpan(span * SpanGeometry.SpanBytes, Assert.Single(given).Bytes.Length), Assert.Single(given).Bytes.AsSpan());
            else
                Assert.Empty(given);
        }

        source.IsSilent = false;
        UntilTold<DownloadProtocol.Finished>(60);
        // The server closes what it has not used for a while.
        AdvanceSeconds(61);
        AssertGot(_content);
    }

    [Fact]
    public void Nothing_is_served_of_a_download_that_only_the_whole_can_prove()
    {
        var source = SlowSource();
        Start();
        Fetch(source.Id, [source]);
        UntilDone(3);
        Assert.True(Shared.Routes.TryGet(source.Id, out var route));
        Assert.Null(route.Partial);
    }

    // They were written by an earlier run; who knows what happened to them since.
    [Fact]
    public void Spans_of_an_earlier_run_are_not_served_before_they_are_proven()
    {
        var source = SlowSource();
        Start();
        Fetch(source.Id, [source]);
        UntilDone(5);
        Node.Tell(new DownloadProtocol.StopDownload(source.Id));
        UntilTold<DownloadProtocol.Failed>(1);
        Settle();
        Disk.Spoil(Unfinished, 1000, secretly: true);
        Fetch(source.Id, [source], ScriptedSource.DigestsOf(_content));
        UntilSeconds(60, () => Shared.Routes.TryGet(source.Id, out var route) && route.Partial is not null);
        Assert.True(Shared.Routes.TryGet(source.Id, out var running));
        Assert.False(running.Partial!.Covers(0, 1));
        UntilTold<DownloadProtocol.Finished>(120);
        AssertGot(_content);
    }

    [Fact]
    public void Who_asks_for_a_content_that_is_being_fetched_hears_who_delivers_it()
    {
        var source = SlowSource();
        Start();
        Fetch(source.Id, [source]);
        UntilDone(3);
        var asker = Datagram.At("127.0.0.50:5");
        Network.Send(asker, Us, new PleaseSendContent(source.Id, 4096, 0), new AlwaysReturned(Datagram.CookieOf(Shared, asker)));
        AdvanceSeconds(0.1);
        var told = Network.SentTo(asker).SelectMany(sent => sent.Messages).OfType<MaybeTheyHaveSome>().Single();
        Assert.Equal<PeerAddress>([source.Address], told.Addresses);
    }

    // 64 chunks each 110 ms: 2.4 MB a second.
    private ScriptedSource SlowSource()
    {
        var source = Source(1, _content);
        source.Delay = TimeSpan.FromMilliseconds(100);
        return source;
    }

    private void Start(string hocon = "", string name = "node") =>
        StartNode("cjp2p.downloads.window-max = 64\n" + hocon, name);

    // What was asked for before is served, and forgotten.
    private void ForgetRequests(ScriptedSource source)
    {
        AdvanceSeconds(1);
        source.Requests.Clear();
    }

    // Lets time pass until so many spans are on the disk; tells how many bytes those are.
    private long UntilDone(int spans)
    {
        UntilSeconds(60, () => Disk.Exists(Unfinished) && Progress().DoneBytes >= spans * SpanGeometry.SpanBytes);
        All(User);
        var done = Progress().DoneBytes;
        Assert.InRange(done, 1, _content.Length - SpanGeometry.SpanBytes);
        return done;
    }
}
