using System.Collections.Immutable;
using Akka.Actor;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Content;

/// <summary>One actor for each content that is fetched, and no more than allowed.</summary>
public sealed class DownloadManagerActorTests : DownloadSpec
{
    [Fact]
    public void Downloads_are_capped_at_the_limit_and_one_over()
    {
        StartNode("cjp2p.downloads.running-max = 2");
        var users = Enumerable.Range(0, 3).Select(_ => CreateTestProbe()).ToArray();
        for (var i = 0; i < 3; i++)
            Fetch(IdOf(i), [], target: "/got/" + i, user: users[i]);
        Settle();
        Assert.DoesNotContain(All(users[0]).Concat(All(users[1])), message => message is DownloadProtocol.Failed);
        Assert.Equal(
            "2 downloads run already (cjp2p.downloads.running-max)",
            Assert.Single(All(users[2]).OfType<DownloadProtocol.Failed>()).Reason);
        Assert.Equal(Names(0, 1), TreeBelow(Downloads));
        // One that runs can still be joined.
        Fetch(IdOf(0), [], user: users[2]);
        Settle();
        Assert.DoesNotContain(All(users[2]), message => message is DownloadProtocol.Failed);
        // One that has ended makes room for one, and not for two.
        Node.Tell(new DownloadProtocol.StopDownload(IdOf(0)));
        Settle();
        Fetch(IdOf(2), [], target: "/got/2", user: users[1]);
        Fetch(IdOf(3), [], target: "/got/3", user: users[1]);
        Settle();
        Assert.Equal(Names(1, 2), TreeBelow(Downloads));
        Assert.Equal(IdOf(3), Assert.Single(All(users[1]).OfType<DownloadProtocol.Failed>()).Id);
    }

    // They would write to the same unfinished file.
    [Fact]
    public void Two_contents_cannot_be_fetched_to_one_name()
    {
        var one = Source(1, ScriptedSource.ContentOf(600_000, 1));
        var other = Source(2, ScriptedSource.ContentOf(600_000, 2));
        StartNode();
        var user = CreateTestProbe();
        Fetch(one.Id, [one]);
        Fetch(other.Id, [other], user: user);
        Assert.Contains(Target, UntilTold<DownloadProtocol.Failed>(1, user).Reason, StringComparison.Ordinal);
        UntilTold<DownloadProtocol.Finished>(30);
        AssertGot(one.Content);
    }

    [Fact]
    public void Same_content_twice_is_one_download_that_tells_both_and_stays_where_it_was_to_be()
    {
        var content = ScriptedSource.ContentOf(600_000);
        var source = Source(1, content);
        StartNode();
        var second = CreateTestProbe();
        Fetch(source.Id, [source]);
        Fetch(source.Id, [source], target: "/got/other", user: second);
        Settle();
        Assert.Equal(source.Id.ToString(), Assert.Single(TreeBelow(Downloads), name => !name.Contains('/', StringComparison.Ordinal)));
        Assert.Equal(Target, UntilTold<DownloadProtocol.Finished>(30).TargetPath);
        Assert.Equal(Target, UntilTold<DownloadProtocol.Finished>(0, second).TargetPath);
        AssertGot(content);
        Assert.False(Disk.Exists("/got/other"));
        // The first of each was the probe.
        Assert.InRange(source.Requests.Sum(request => request.Length), content.Length, content.Length + 4096);
    }

    [Fact]
    public void Download_that_fails_is_not_restarted_and_leaves_its_place_to_the_next()
    {
        ExpectErrors(nameof(ActorKilledException));
        StartNode("cjp2p.downloads.running-max = 1");
        Fetch(IdOf(0), []);
        Settle();
        ChildOf(Downloads, IdOf(0).ToString()).Tell(Kill.Instance);
        Settle();
        Assert.Empty(TreeBelow(Downloads));
        Assert.Contains("internal error", Assert.Single(All(User).OfType<DownloadProtocol.Failed>()).Reason, StringComparison.Ordinal);
        Fetch(IdOf(1), []);
        Settle();
        Assert.Equal(Names(1), TreeBelow(Downloads));
    }

    [Fact]
    public void Those_that_ran_when_the_node_ended_go_on()
    {
        var manager = Top(
            DownloadManagerActor.Props(
                Services(),
                CreateTestProbe().Ref,
                CreateTestProbe().Ref,
                [.. Enumerable.Range(0, 3).Select(i => new StoredDownload(IdOf(i), "/got/" + i, [], DateTimeOffset.UnixEpoch))]),
            "downloads");
        Settle();
        Assert.Equal(Names(0, 1, 2), TreeBelow(manager));
    }

    [Fact]
    public void Stop_saves_all_that_run_and_takes_no_more()
    {
        var sources = Enumerable.Range(1, 3).Select(i => Source(i, ScriptedSource.ContentOf(8 * SpanGeometry.SpanBytes, i))).ToArray();
        StartNode("cjp2p.downloads { window-max = 32, save-every = 1h }");
        foreach (var source in sources)
        {
            source.Delay = TimeSpan.FromMilliseconds(100);
            Fetch(source.Id, [source], target: $"/got/{source.Id}", user: CreateTestProbe());
        }

        UntilSeconds(20, () => Running().All(progress => progress.DoneBytes > 2 * SpanGeometry.SpanBytes));
        var before = sources.Select(source => Disk.Content(MapOf(source))).ToArray();

        // What is to be saved waits for the disk.
        Time.Turns.IsDiskStuck = true;
        var stopper = CreateTestProbe();
        Node.Tell(NodeProtocol.Stop.Instance, stopper.Ref);
        Settle();
        Downloads.Tell(new DownloadProtocol.StartDownload(IdOf(0), Target, []), User.Ref);
        Settle();
        Assert.Equal("the node is stopping", Only<DownloadProtocol.Failed>(User).Reason);
        Nothing(stopper);
        Time.Turns.IsDiskStuck = false;
        stopper.Watch(Node);
        Settle();

        Assert.IsType<NodeProtocol.Stopped>(stopper.ReceiveOne(TimeSpan.Zero));
        UntilTerminated(stopper);
        // The map that a download begins with knows nothing yet.
        Assert.All(sources.Zip(before), one => Assert.NotEqual(one.Second, Disk.Content(MapOf(one.First))));
        AssertNothingIsBorrowed();
    }

    private static string MapOf(ScriptedSource source) =>
        $"/got/{source.Id}{DownloadFileActor.UnfinishedSuffix}{DownloadFileActor.MapSuffix}";

    private static ContentId IdOf(int number) => ScriptedSource.IdOf([(byte)number]);

    private static IEnumerable<string> Names(params int[] numbers) =>
        numbers.Select(number => IdOf(number).ToString()).Order(StringComparer.Ordinal);

    private ImmutableArray<DownloadProtocol.Progress> Running()
    {
        var probe = CreateTestProbe();
        Node.Tell(DownloadProtocol.GetDownloads.Instance, probe.Ref);
        Settle();
        return Only<DownloadProtocol.Downloads>(probe).Running;
    }
}
