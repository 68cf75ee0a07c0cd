using Akka.Actor;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Content;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Inspection;

/// <summary>What can be seen of an actor that failed, hangs or is gone.</summary>
public sealed class BlackBoxTests : DownloadSpec
{
    private readonly byte[] _content = ScriptedSource.ContentOf(6 * SpanGeometry.SpanBytes);

    [Theory]
    [InlineData("socket")]
    [InlineData("peers")]
    [InlineData("store")]
    [InlineData("server")]
    [InlineData("downloads")]
    public void Part_that_was_killed_shows_the_restart_its_reason_and_the_age_it_had(string part)
    {
        ExpectErrors(nameof(ActorKilledException));
        StartNode("cjp2p.peers.actor-after = 1");
        AdvanceSeconds(10);
        Assert.Equal(0, Entry("/" + part).Facts.Restarts);
        Kill(ChildOf(Node, part));
        AdvanceSeconds(1);
        var entry = Entry("/" + part);
        Assert.True(entry.Answered);
        Assert.Equal((1, 11.0, false), (entry.Facts.Restarts, Math.Round(entry.Facts.AgeSeconds), entry.Facts.IsGone));
        var failure = entry.Facts.LastFailure!;
        Assert.Equal(("/" + part, nameof(ActorKilledException), "Restart"), (failure.Path, failure.Error, failure.Decision));
        Assert.Contains("Akka.Actor", failure.Stack, StringComparison.Ordinal);
        var details = Actor("/" + part);
        Assert.Equal(failure, Assert.Single(details.Failures));
        var restarted = details.Events.Single(happened => happened.Kind == ActorEventKind.Restarted);
        Assert.Contains(nameof(ActorKilledException), restarted.Text, StringComparison.Ordinal);

        var node = Actor("/");
        Assert.Equal((1, 0), (node.Facts.ChildFailures, node.Facts.Restarts));
        Assert.Equal(failure, Assert.Single(node.Failures));
    }

    [Fact]
    public void Span_that_was_killed_in_a_download_is_remembered_and_its_download_shows_why_it_is_fetched_again()
    {
        ExpectErrors(nameof(ActorKilledException));
        var source = SlowDownload();
        var span = "/" + TreeBelow(Node).First(path => path.Contains("/span-", StringComparison.Ordinal));
        Kill(ChildOf(Node, span[1..]));
        AdvanceSeconds(0.01);
        var download = Entry("/downloads/" + source.Id);
        Assert.Equal(1, download.Facts.ChildFailures);
        var noted = Actor("/downloads/" + source.Id).Events.Single(happened => happened.Kind == ActorEventKind.ChildFailed);
        Assert.StartsWith($"{span}: {nameof(ActorKilledException)}", noted.Text, StringComparison.Ordinal);
        Assert.EndsWith("(Stop)", noted.Text, StringComparison.Ordinal);

        var gone = Assert.Single(Tree().Gone, actor => actor.Path == span);
        Assert.True(gone.IsGone);
        Assert.Equal("Stop", gone.LastFailure!.Decision);
        var box = Actor(span);
        Assert.False(box.Answered);
        Assert.Null(box.State);
        Assert.Contains(box.Last, message => message.Type == "Grant");
        Assert.Equal([ActorEventKind.Started, ActorEventKind.Failed, ActorEventKind.Stopped], box.Events.Select(happened => happened.Kind));
        UntilTold<DownloadProtocol.Finished>(30);
    }

    [Fact]
    public void Message_that_an_actor_failed_at_is_named()
    {
        ExpectErrors("surprise");
        Disk.Put("/shared/a", _content);
        Disk.Put("/shared/b", [1]);
        var faults = 0;
        Disk.Fault = (operation, path) => operation == DiskOperation.Read && path == "/shared/a" && faults++ == 0
            ? new InvalidOperationException("surprise")
            : null;
        StartNode("cjp2p.peers.actor-after = 1\ncjp2p.content.shared = [\"/shared\"]");
        AdvanceSeconds(1);
        var indexer = Tree().Actors.Single(actor => actor.Facts.Type == nameof(FolderIndexerActor));
        Assert.Equal(1, indexer.Facts.Restarts);
        Assert.Equal(
            ("Continue", nameof(InvalidOperationException), "surprise", "Restart"),
            (indexer.Facts.LastFailure!.Message, indexer.Facts.LastFailure.Error, indexer.Facts.LastFailure.Reason, indexer.Facts.LastFailure.Decision));
        Assert.Contains(nameof(FolderIndexerActor), indexer.Facts.LastFailure.Stack, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_handled_is_counted_by_type_and_the_last_messages_are_kept()
    {
        var source = SlowDownload();
        var download = Actor("/downloads/" + source.Id);
        Assert.Contains(download.Handled, handled => handled.Type == "SpanProgress" && handled.Count > 0);
        Assert.Contains(download.Handled, handled => handled.Type == "Join" && handled.Count == 1);
        Assert.Equal(download.Facts.Handled, download.Handled.Sum(handled => handled.Count));
        Assert.Equal(Math.Min(32, download.Facts.Handled), download.Last.Length);
        // What looks does not show in what it sees.
        Assert.DoesNotContain(download.Handled, handled => handled.Type == "Inspect");
        // In virtual time nothing takes time.
        Assert.All(download.Handled, handled => Assert.Equal(0, handled.MaxMs));
    }

    [Fact]
    public void Log_lines_of_an_actor_are_in_its_black_box()
    {
        StartNode("cjp2p.peers.actor-after = 1");
        var box = Actor("/");
        Assert.Contains(box.Events, happened => happened.Kind == ActorEventKind.Logged && happened.Text == $"Info: Listening on {Us}");
    }

    [Fact]
    public void Actor_that_hangs_is_shown_as_such_with_what_waits_for_it_and_not_waited_for()
    {
        var source = SlowDownload();
        // The disk hangs: actors on its dispatcher get no turns.
        Time.Turns.IsDiskStuck = true;
        var store = ChildOf(Node, "store");
        for (var i = 0; i < 3; i++)
            store.Tell(ContentStoreProtocol.GetStatus.Instance, User.Ref);
        AdvanceSeconds(0.5);
        var probe = CreateTestProbe();
        Node.Tell(new InspectionProtocol.GetTree(), probe.Ref);
        AdvanceSeconds(0.99);
        Nothing(probe);
        AdvanceSeconds(0.02);
        var tree = Only<ActorTree>(probe);
        Assert.Equal(["/downloads/" + source.Id + "/file-1", "/server", "/store"], tree.Actors.Where(actor => !actor.Answered).Select(actor => actor.Facts.Path));
        Assert.Equal(tree.Total - 3, tree.Answered);
        var entry = tree.Actors.Single(actor => actor.Facts.Path == "/store");
        Assert.Equal(4, entry.Facts.MailboxDepth);
        Assert.InRange(entry.Facts.MailboxOldestMs, 1490, 1520);
        Assert.Equal("no answer: 4 messages wait, the oldest for 1500 ms", entry.Status);

        // Without asking anybody, also what waits is known.
        var box = Shared.Inspection.Details("/store")!;
        Assert.Equal([("GetStatus", 3), ("Inspect", 1)], box.Mailbox.Select(waiting => (waiting.Type, waiting.Count)));
        Time.Turns.IsDiskStuck = false;
        Settle();
        Assert.Equal(0, Entry("/store").Facts.MailboxDepth);
    }

    [Fact]
    public void Actor_that_hangs_is_asked_once_however_many_look_and_answers_all_of_them_that_still_wait()
    {
        SlowDownload();
        Time.Turns.IsDiskStuck = true;
        var watcher = CreateTestProbe();
        Node.Tell(new InspectionProtocol.Watch("/store", "summary", TimeSpan.FromMilliseconds(50)), watcher.Ref);
        for (var i = 0; i < 10; i++)
        {
            Node.Tell(new InspectionProtocol.GetTree(), CreateTestProbe().Ref);
            AdvanceSeconds(0.5);
        }

        AdvanceSeconds(60);
        var store = Shared.Inspection.Details("/store")!;
        var waiting = Assert.Single(store.Mailbox);
        Assert.Equal(("Inspect", 1), (waiting.Type, waiting.Count));
        // Looking makes nobody look stuck.
        Assert.Equal(0, store.Facts.MailboxOldestMs);
        Assert.Empty(Watchdog.Stuck([store.Facts], TimeSpan.FromSeconds(30)));
        Nothing(watcher);

        var late = CreateTestProbe();
        Node.Tell(new InspectionProtocol.GetTree(), late.Ref);
        AdvanceSeconds(0.1);
        Time.Turns.IsDiskStuck = false;
        Settle();
        Assert.True(Only<ActorTree>(late).Actors.Single(actor => actor.Facts.Path == "/store").Answered);
        Assert.NotEmpty(Only<FieldChange>(watcher).Value!);
        AdvanceSeconds(0.1);
        Assert.Empty(Shared.Inspection.Details("/store")!.Mailbox);
        Assert.True(Entry("/store").Answered);
    }

    [Fact]
    public void Actors_that_stopped_are_remembered_up_to_the_cap_and_those_that_failed_apart()
    {
        ExpectErrors(nameof(ActorKilledException));
        StartNode("cjp2p.peers.actor-after = 1\ncjp2p.inspection.gone-max = 2\ncjp2p.downloads.window-max = 64");
        var source = Source(1, _content);
        source.Delay = TimeSpan.FromMilliseconds(100);
        Fetch(source.Id, [source]);
        UntilSeconds(5, () => Progress().DoneBytes > 0);
        var span = TreeBelow(Node).First(path => path.Contains("/span-", StringComparison.Ordinal));
        Kill(ChildOf(Node, span));
        UntilTold<DownloadProtocol.Finished>(30);
        Settle();
        var gone = Tree().Gone;
        // The download had a failure below it, so it is with the failed ones.
        Assert.Equal(4, gone.Length);
        Assert.Contains(gone, actor => actor.Path == "/" + span);
        Assert.Contains(gone, actor => actor.Path == "/downloads/" + source.Id && actor.ChildFailures == 1);
        Assert.Equal(2, gone.Count(actor => actor.ChildFailures == 0 && actor.LastFailure is null));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Events_are_kept_up_to_the_cap(int most)
    {
        StartNode($"cjp2p.inspection.events-max = {most}");
        for (var i = 0; i < 10; i++)
            Ask<NodeProtocol.NodeStatus>(NodeProtocol.GetStatus.Instance);
        Assert.Equal(most, Actor("/").Last.Length);
        Assert.True(Actor("/").Facts.Handled >= 10);
    }

    [Fact]
    public void Nothing_is_counted_when_that_is_switched_off_and_states_and_failures_are_still_known()
    {
        ExpectErrors(nameof(ActorKilledException));
        StartNode("cjp2p.peers.actor-after = 1\ncjp2p.inspection.measure = off");
        Kill(ChildOf(Node, "peers"));
        var actor = Actor("/peers");
        Assert.IsType<PeerRegistryState>(actor.State);
        Assert.Equal((0, 1), (actor.Facts.Handled, actor.Facts.Restarts));
        Assert.Empty(actor.Handled);
        Assert.Empty(actor.Last);
    }

    [Fact]
    public void Actor_that_never_was_is_not_known()
    {
        StartNode("cjp2p.peers.actor-after = 1");
        Assert.Equal("/nobody", Ask<InspectionProtocol.NoSuchActor>(new InspectionProtocol.GetActor("/nobody")).Path);
        Assert.Null(Shared.Inspection.Details("/nobody"));
    }

    [Fact]
    public void Unescaped_names_are_understood()
    {
        var peer = Datagram.At("127.0.0.7:24254");
        StartNode("cjp2p.peers.actor-after = 1");
        Network.Send(peer, Us, new PleaseSendPeers(), new AlwaysReturned(Datagram.CookieOf(Shared, peer)));
        AdvanceSeconds(0.02);
        Assert.Equal(peer, Assert.IsType<PeerState>(Actor("/peers/127.0.0.7:24254").State).Address);
        Assert.Equal("/peers/127.0.0.7%3A24254", Actor("/peers/127.0.0.7:24254").Facts.Path);
    }

    private ScriptedSource SlowDownload()
    {
        var source = Source(1, _content);
        source.Delay = TimeSpan.FromMilliseconds(100);
        StartNode("cjp2p.peers.actor-after = 1\ncjp2p.downloads.window-max = 64");
        Fetch(source.Id, [source]);
        UntilSeconds(5, () => Progress().DoneBytes > 0);
        return source;
    }

    private ActorTree Tree() => Ask<ActorTree>(new InspectionProtocol.GetTree());

    private ActorEntry Entry(string path) => Tree().Actors.Single(actor => actor.Facts.Path == path);

    private ActorDetails Actor(string path) => Ask<ActorDetails>(new InspectionProtocol.GetActor(path));

    private T Ask<T>(object question)
    {
        var probe = CreateTestProbe();
        Node.Tell(question, probe.Ref);
        Settle();
        return Only<T>(probe);
    }

    private void Kill(IActorRef actor)
    {
        actor.Tell(Akka.Actor.Kill.Instance);
        Settle();
    }
}
