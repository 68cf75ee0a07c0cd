using System.Collections.Immutable;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Tests.Content;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Inspection;

public sealed class WatchdogTests : DownloadSpec
{
    private static readonly TimeSpan After = TimeSpan.FromSeconds(30);
    private readonly Watchdog _watchdog = new(After);

    [Fact]
    public void Actor_that_does_not_get_done_is_named_with_what_it_does_and_only_while_it_does()
    {
        ImmutableArray<StuckActor>? before = null;
        ImmutableArray<StuckActor>? stuck = null;
        Disk.Put("/shared/a", ScriptedSource.ContentOf(100));
        Disk.Fault = (operation, path) =>
        {
            // Here its turn lasts: somebody else looks at it.
            if (operation == DiskOperation.OpenRead && path == "/shared/a" && stuck is null)
            {
                Time.MoveTo(Now + After);
                before = Watchdog.Stuck(Shared.Inspection.Facts(), After);
                Time.MoveTo(Now + TimeSpan.FromSeconds(1));
                stuck = Watchdog.Stuck(Shared.Inspection.Facts(), After);
            }

            return null;
        };
        StartNode();
        Node.Tell(new ContentStoreProtocol.Share("/shared"), User.Ref);
        AdvanceSeconds(1);

        // Exactly as long as it may take is not too long.
        Assert.Empty(before!.Value);
        var actor = stuck!.Value.Single(one => one.Doing is not null);
        Assert.StartsWith("/store/index-", actor.Path, StringComparison.Ordinal);
        Assert.Equal(31, actor.ForSeconds, 0.01);
        Assert.Contains($"{actor.Path} is stuck: it has been handling {actor.Doing} for 31 s", actor.ToString(), StringComparison.Ordinal);
        Assert.Empty(Watchdog.Stuck(Shared.Inspection.Facts(), After));
    }

    [Fact]
    public void Actor_that_does_not_come_to_its_messages_is_named_too()
    {
        var stuck = Assert.Single(Watchdog.Stuck([Facts("/peers", oldestMs: 30_001), Facts("/store", oldestMs: 30_000)], After));
        Assert.Equal("/peers is stuck: it does not come to what was told to it 30 s ago, 7 messages wait", stuck.ToString());
    }

    [Fact]
    public void One_that_is_gone_is_not_stuck() =>
        Assert.Empty(Watchdog.Stuck([Facts("/peers", oldestMs: 90_000) with { IsGone = true }], After));

    [Fact]
    public void Each_is_said_once_and_so_is_that_it_is_free_again()
    {
        Assert.Equal("/peers", Assert.Single(_watchdog.Look([Facts("/peers", oldestMs: 40_000)]).Stuck).Path);
        Assert.Empty(_watchdog.Look([Facts("/peers", oldestMs: 50_000)]).Stuck);
        var (stuck, free) = _watchdog.Look([Facts("/peers", oldestMs: 0), Facts("/store", oldestMs: 40_000)]);
        Assert.Equal("/store", Assert.Single(stuck).Path);
        Assert.Equal<string>(["/peers"], free);
        Assert.Equal("/peers", Assert.Single(_watchdog.Look([Facts("/peers", oldestMs: 40_000)]).Stuck).Path);
    }

    private static ActorFacts Facts(string path, double oldestMs) => new(
        path, "Actor", DateTimeOffset.UnixEpoch, 100, false, 0, 0, 0, 0, oldestMs > 0 ? 7 : 0, oldestMs, null, 0, null);
}
