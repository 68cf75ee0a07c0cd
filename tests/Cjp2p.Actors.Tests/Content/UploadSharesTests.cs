using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using CsCheck;

namespace Cjp2p.Actors.Tests.Content;

public sealed class UploadSharesTests
{
    private const int AnswerBytes = 4096;
    private const int Rate = 1_000_000;

    [Fact]
    public void Who_asks_ten_times_as_often_gets_no_more()
    {
        var sent = Ask(20, 7_000_000, 700_000);
        Assert.InRange(sent[0] / (double)sent[1], 0.95, 1.05);
        Assert.InRange(sent.Sum(), Rate * 20 * 0.99, Rate * 21);
    }

    [Fact]
    public void Who_wants_less_than_a_share_gets_it_and_the_others_share_evenly_what_is_left()
    {
        var sent = Ask(20, 100_000, 4_000_000, 1_000_000);
        Assert.InRange(sent[0], 100_000 * 20 * 0.99, 100_000 * 20 * 1.01);
        Assert.InRange(sent[1], 450_000 * 20 * 0.93, 450_000 * 20 * 1.07);
        Assert.InRange(sent[2], 450_000 * 20 * 0.93, 450_000 * 20 * 1.07);
        Assert.InRange(sent.Sum(), Rate * 20 * 0.97, Rate * 21 * 1.01);
    }

    [Fact]
    public void One_alone_has_all_of_it() => Assert.InRange(Ask(20, 3_000_000)[0], Rate * 20 * 0.99, Rate * 21);

    [Fact]
    public void One_of_two_has_all_of_it_soon_after_the_other_has_left()
    {
        var shares = new UploadShares();
        Ask(shares, 0, 10, 3_000_000, 3_000_000);
        Assert.InRange(Ask(shares, 12, 10, 3_000_000)[0], Rate * 10 * 0.97, Rate * 11);
    }

    [Fact]
    public void Hundreds_of_peers_get_the_same_however_much_they_want()
    {
        var sent = Ask(300, [.. Enumerable.Range(0, 200).Select(peer => 6_000 + 500 * peer)]);
        // Beyond what each may have at once.
        var late = sent.Select(bytes => bytes - RateLimits.BurstBytesMin).ToArray();
        Assert.InRange(late.Max() / (double)late.Min(), 1, 1.15);
        Assert.InRange(sent.Sum(), Rate * 300 * 0.97, Rate * 301.0);
    }

    [Fact]
    public void Never_more_than_the_rate_and_a_burst_and_all_of_it_where_enough_is_wanted() =>
        Gen.Select(Gen.Int[10_000, 10_000_000], Gen.Int[1_000, 4_000_000].Array[1, 12]).Sample((rate, wanted) =>
        {
            var sent = Ask(new UploadShares(), 0, 10, rate, wanted);
            var burst = Math.Max(rate, RateLimits.BurstBytesMin);
            Assert.True(sent.Sum() <= rate * 10L + burst, $"{sent.Sum()} of {rate}");
            if (wanted.Sum() > rate * 1.5)
                Assert.True(sent.Sum() >= rate * 10 * 0.8, $"{sent.Sum()} of {rate}");
        }, iter: 200);

    [Fact]
    public void Those_who_are_forgotten_begin_anew()
    {
        var shares = new UploadShares();
        for (var peer = 0; peer < UploadShares.PeersRemembered * 3; peer++)
            shares.TryTake(Peer(peer), AnswerBytes, long.MaxValue / 4, TimeSpan.Zero);
        Assert.InRange(shares.PeersHeld, UploadShares.PeersRemembered / 2, UploadShares.PeersRemembered);
        Assert.True(shares.TryTake(Peer(0), AnswerBytes, long.MaxValue / 4, TimeSpan.Zero));
    }

    private static long[] Ask(int seconds, params int[] wantedBytesPerSecond) =>
        Ask(new UploadShares(), 0, seconds, Rate, wantedBytesPerSecond);

    private static long[] Ask(UploadShares shares, int fromSecond, int seconds, params int[] wantedBytesPerSecond) =>
        Ask(shares, fromSecond, seconds, Rate, wantedBytesPerSecond);

    // Each asks at even intervals, for as much as it wants.
    private static long[] Ask(UploadShares shares, int fromSecond, int seconds, int rate, int[] wantedBytesPerSecond)
    {
        var sent = new long[wantedBytesPerSecond.Length];
        var asked = new double[sent.Length];
        for (var ms = 0; ms < seconds * 1000; ms++)
        {
            for (var peer = 0; peer < sent.Length; peer++)
            {
                asked[peer] += wantedBytesPerSecond[peer] / 1000.0;
                while (asked[peer] >= AnswerBytes)
                {
                    asked[peer] -= AnswerBytes;
                    if (shares.TryTake(Peer(peer), AnswerBytes, rate, TimeSpan.FromSeconds(fromSecond) + TimeSpan.FromMilliseconds(ms)))
                        sent[peer] += AnswerBytes;
                }
            }
        }

        return sent;
    }

    private static PeerAddress Peer(int number) => PeerAddress.FromIPv4(0x7F000001u + (uint)(number / 60_000), (ushort)(1 + number % 60_000));
}
