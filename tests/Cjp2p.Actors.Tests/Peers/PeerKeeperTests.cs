using System.Collections.Immutable;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Peers;

public sealed class PeerKeeperTests
{
    private static readonly DateTimeOffset Utc = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Peers_of_earlier_runs_are_tried_in_turn_until_they_answer_or_were_tried_often_enough()
    {
        var keeper = new PeerKeeper(Stored(1, 2, 3), triesMax: 2);
        Assert.Equal<PeerAddress>([At(1), At(2)], keeper.Next(2, true));
        Assert.Null(keeper.OnVerified(At(9)));
        Assert.Equal(At(2), keeper.OnVerified(At(2))!.Value.Address);
        Assert.Equal<PeerAddress>([At(3), At(1)], keeper.Next(2, true));
        Assert.Equal<PeerAddress>([At(3)], keeper.Next(2, true));
        Assert.Equal<PeerAddress>([At(3)], keeper.Some());
        Assert.Empty(keeper.Next(2, true));
        Assert.Equal(0, keeper.Waiting);
    }

    [Fact]
    public void While_nobody_answers_nobody_is_forgotten()
    {
        var keeper = new PeerKeeper(Stored(1, 2), triesMax: 2);
        for (var i = 0; i < 100; i++)
            Assert.Equal(2, keeper.Next(8, anybodyAnswers: false).Length);
    }

    [Fact]
    public void Only_changes_are_written()
    {
        var keeper = new PeerKeeper(Stored(1), triesMax: 1);
        PeerRecord[] table = [Record(2, heardSeconds: 95, roundTripMs: 10)];
        var kept = Assert.IsType<StateChange.PeerKept>(Assert.Single(keeper.Changes(table, TimeSpan.FromSeconds(100), Utc))).Peer;
        Assert.Equal((At(2), Utc.AddSeconds(-90), Utc.AddSeconds(-5), TimeSpan.FromMilliseconds(10)),
            (kept.Address, kept.VerifiedAt, kept.HeardAt, kept.RoundTrip));
        Assert.Empty(keeper.Changes(table, TimeSpan.FromSeconds(110), Utc.AddSeconds(10)));
        table[0] = Record(2, heardSeconds: 705, roundTripMs: 10);
        var later = Assert.IsType<StateChange.PeerKept>(
            Assert.Single(keeper.Changes(table, TimeSpan.FromSeconds(710), Utc.AddSeconds(610)))).Peer;
        Assert.Equal((Utc.AddSeconds(-90), Utc.AddSeconds(605)), (later.VerifiedAt, later.HeardAt));
    }

    [Fact]
    public void Peers_that_the_table_lost_are_forgotten_and_those_that_wait_are_not()
    {
        var keeper = new PeerKeeper(Stored(1), triesMax: 1);
        keeper.Changes([Record(2, 1, 1)], TimeSpan.FromSeconds(2), Utc);
        Assert.Equal<StateChange>([new StateChange.PeerForgotten(At(2))], keeper.Changes([], TimeSpan.FromSeconds(3), Utc));
        keeper.Next(1, true);
        keeper.Next(1, true);
        Assert.Equal<StateChange>([new StateChange.PeerForgotten(At(1))], keeper.Changes([], TimeSpan.FromSeconds(3), Utc));
    }

    private static PeerAddress At(int number) => Datagram.At($"198.51.100.{number}:24254");

    private static ImmutableArray<StoredPeer> Stored(params int[] numbers) =>
        [.. numbers.Select(number => new StoredPeer(At(number), Utc.AddDays(-1), Utc.AddDays(-1), TimeSpan.FromMilliseconds(20)))];

    private static PeerRecord Record(int number, int heardSeconds, int roundTripMs) => new(
        At(number), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(heardSeconds), TimeSpan.MinValue, 0, TimeSpan.FromMilliseconds(roundTripMs));
}
