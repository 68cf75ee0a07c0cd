using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Tests.Doubles;
using CsCheck;

namespace Cjp2p.Actors.Tests.Peers;

public sealed class PeerTableTests
{
    private static readonly PeerSettings Settings = NodeSettings.Default.Peers with
    {
        PeersMax = 10,
        HearsayMax = 8,
        HearsayPerMessageMax = 3,
        ForgetAfterProbes = 2,
    };

    private static readonly AddressPolicy Policy = new(false, false, []);

    private readonly PeerTable _table = new(Settings);
    private readonly Random _random = new(1);

    [Fact]
    public void It_is_known_of_the_last_ones_why_they_are_no_peers_any_more()
    {
        for (var i = 1; i <= 11; i++)
            _table.AddVerified(Datagram.At($"{i}.1.1.1:24254"), TimeSpan.FromSeconds(i), _random);
        var evicted = Assert.Single(_table.Dropped);
        Assert.Equal(TimeSpan.FromSeconds(11), evicted.At);
        Assert.StartsWith("made room", evicted.Why, StringComparison.Ordinal);
        while (_table.Verified > 9)
            _table.TakeProbes(1, TimeSpan.FromSeconds(20), _random, out _);
        Assert.Equal("silent: 2 probes unanswered", _table.Dropped[^1].Why);
        _table.Remove(_table.Peers[0].Address, TimeSpan.FromSeconds(30), "of the test");
        Assert.Equal(("of the test", TimeSpan.FromSeconds(30)), (_table.Dropped[^1].Why, _table.Dropped[^1].At));
        Assert.False(_table.Remove(Datagram.At("99.1.1.1:1"), TimeSpan.Zero, "unknown"));
    }

    [Fact]
    public void A_hundred_of_them_are_remembered()
    {
        for (var i = 0; i <= 100; i++)
        {
            var address = Datagram.At($"10.0.{i}.1:24254");
            _table.AddVerified(address, TimeSpan.FromSeconds(i), _random);
            _table.Remove(address, TimeSpan.FromSeconds(i), "gone");
            Assert.Equal(Math.Min(100, i + 1), _table.Dropped.Length);
        }

        Assert.Equal(Datagram.At("10.0.1.1:24254"), _table.Dropped[0].Address);
    }

    // An eclipse: 10,000 addresses in four networks, for a week, against 200 honest peers.
    [Fact]
    public void Attacker_with_thousands_of_addresses_in_few_networks_drives_out_nobody_but_itself()
    {
        var table = new PeerTable(Settings with { PeersMax = 1000 });
        var random = new Random(1);
        var honest = Enumerable.Range(0, 200).Select(i => Datagram.At($"{20 + i / 2}.{i % 2}.7.7:24254")).ToArray();
        foreach (var peer in honest)
            table.AddVerified(peer, TimeSpan.Zero, random);
        for (var hour = 0; hour < 7 * 24; hour++)
        {
            for (var i = 0; i < 10_000; i++)
                table.AddVerified(Datagram.At($"198.{18 + i % 4}.{i / 256 % 256}.{i % 256}:{1 + i / 4096}"), TimeSpan.FromHours(hour), random);
        }

        Assert.Equal(1000, table.Verified);
        Assert.All(honest, peer => Assert.True(table.Contains(peer)));
        Assert.Equal(honest.Length, honest.Sum(peer => table.PeersInNetworkOf(peer)));
        // A restart loads what the table holds: all of them.
        var kept = new PeerKeeper([], 7).Changes(table.Peers, TimeSpan.FromDays(7), DateTimeOffset.UnixEpoch.AddDays(9000))
            .OfType<StateChange.PeerKept>().Select(change => change.Peer.Address).ToHashSet();
        Assert.All(honest, peer => Assert.Contains(peer, kept));
        // They are also whom the node asks and names: four of those that it chooses are the attacker's, or little more.
        for (var i = 0; i < 100; i++)
            Assert.InRange(table.Sample(46, random).Count(honest.Contains), 30, 46);
    }

    // As many addresses as the table holds: honest peers are one in fifty.
    [Fact]
    public void Honest_peers_are_chosen_and_tried_first_after_a_restart_though_nearly_all_addresses_are_of_an_attacker()
    {
        var table = new PeerTable(Settings with { PeersMax = 10_000 });
        var random = new Random(2);
        var honest = Enumerable.Range(0, 200).Select(i => Datagram.At($"{20 + i / 2}.{i % 2}.7.7:24254")).ToArray();
        for (var i = 0; i < 10_000; i++)
        {
            table.AddVerified(Datagram.At($"198.{18 + i % 4}.{i / 256 % 256}.{i % 256}:{1 + i / 4096}"), TimeSpan.Zero, random);
            if (i % 50 == 0)
                table.AddVerified(honest[i / 50], TimeSpan.Zero, random);
        }

        var chosen = Enumerable.Range(0, 200).Select(_ => table.Sample(46, random).Count(honest.Contains)).ToArray();
        // By chance alone it would be one of 46.
        Assert.InRange(chosen.Average(), 8, 46);
        Assert.InRange(chosen.Min(), 3, 46);

        var utcNow = DateTimeOffset.UnixEpoch.AddDays(9000);
        var stored = new PeerKeeper([], 7).Changes(table.Peers, TimeSpan.Zero, utcNow).OfType<StateChange.PeerKept>().Select(change => change.Peer);
        // The attacker was heard last.
        var restarted = new PeerKeeper([.. stored.OrderBy(peer => honest.Contains(peer.Address))], 7);
        var tried = restarted.Next(honest.Length, anybodyAnswers: false);
        Assert.InRange(tried.Count(honest.Contains), honest.Length - 4, honest.Length);
    }

    [Fact]
    public void Verified_peer_is_new_once()
    {
        Assert.True(_table.AddVerified(Peer(1), At(1), _random));
        Assert.False(_table.AddVerified(Peer(1), At(2), _random));
        Assert.True(_table.Contains(Peer(1)));
        var record = Assert.Single(_table.Peers);
        Assert.Equal((At(1), At(2)), (record.VerifiedAt, record.HeardAt));
    }

    [Fact]
    public void Peer_is_active_when_it_is_heard_often_without_a_long_silence()
    {
        var table = new PeerTable(Settings with { ActorAfter = 3, ActorIdle = TimeSpan.FromSeconds(10) });
        foreach (var seconds in new[] { 0, 10, 21, 30 })
        {
            table.AddVerified(Peer(1), At(seconds), _random);
            Assert.False(table.IsActive(Peer(1)));
        }

        table.AddVerified(Peer(1), At(40), _random);
        Assert.True(table.IsActive(Peer(1)));
        table.AddVerified(Peer(1), At(51), _random);
        Assert.False(table.IsActive(Peer(1)));
        Assert.False(table.IsActive(Peer(2)));
    }

    [Fact]
    public void Round_trips_are_smoothed()
    {
        _table.AddVerified(Peer(1), At(0), _random);
        _table.AddRoundTrip(Peer(1), At(8));
        _table.AddRoundTrip(Peer(1), At(16));
        _table.AddRoundTrip(Peer(2), At(16));
        Assert.Equal(At(9), Assert.Single(_table.Peers).RoundTrip);
    }

    [Fact]
    public void Of_peers_that_were_heard_lately_one_at_the_most_is_probed_and_only_if_nobody_was_silent()
    {
        var table = new PeerTable(Settings with { ForgetAfterProbes = 7 });
        var silence = TimeSpan.FromMinutes(10);
        for (var i = 0; i < 4; i++)
            table.AddVerified(Peer(i), At(0), _random);
        Assert.Single(table.TakeProbes(4, At(60), _random, out _, silence));
        Assert.Equal(4, table.TakeProbes(4, At(600), _random, out _, silence).Length);
        table.AddVerified(Peer(1), At(700), _random);
        table.AddVerified(Peer(2), At(700), _random);
        Assert.Equal([Peer(0), Peer(3)], table.TakeProbes(4, At(800), _random, out _, silence).Order());
    }

    [Fact]
    public void Hearsay_that_is_not_needed_is_forgotten()
    {
        _table.AddHearsay([Peer(1), Peer(2)], Policy);
        _table.ForgetHearsay();
        Assert.Equal((0, 0), (_table.Hearsay, _table.HearsayQueued));
        Assert.Equal(2, _table.AddHearsay([Peer(1), Peer(2)], Policy));
    }

    [Fact]
    public void Table_holds_as_many_as_its_cap_and_one_more_pushes_one_out()
    {
        for (var i = 0; i < 10; i++)
            _table.AddVerified(Peer(i), At(i), _random);
        Assert.Equal((10, 0), (_table.Verified, _table.Evictions));
        _table.AddVerified(Peer(10), At(10), _random);
        Assert.Equal((10, 1), (_table.Verified, _table.Evictions));
        Assert.True(_table.Contains(Peer(10)));
    }

    [Fact]
    public void Eviction_prefers_peers_that_leave_probes_unanswered()
    {
        for (var i = 0; i < 10; i++)
            _table.AddVerified(Peer(i), At(0), _random);
        _table.TakeProbes(10, At(1), _random, out _);
        // All answer but one.
        for (var i = 0; i < 9; i++)
            _table.AddVerified(Peer(i), At(2), _random);
        // The worst of sixteen at random: 81 % a time.
        for (var i = 10; i < 20; i++)
            _table.AddVerified(Peer(i), At(3), _random);
        Assert.False(_table.Contains(Peer(9)));
        Assert.Equal(10, _table.Verified);
    }

    [Fact]
    public void Hearsay_and_verified_are_apart()
    {
        Assert.Equal(2, _table.AddHearsay([Peer(1), Peer(2)], Policy));
        Assert.Equal((0, 2), (_table.Verified, _table.Hearsay));
        Assert.False(_table.Contains(Peer(1)));
        Assert.Empty(_table.Sample(10, _random));
        _table.AddVerified(Peer(1), At(1), _random);
        Assert.Equal((1, 1), (_table.Verified, _table.Hearsay));
        Assert.Equal<PeerAddress>([Peer(2)], _table.TakeHearsay(10));
    }

    [Fact]
    public void One_message_brings_only_so_many()
    {
        Assert.Equal(3, _table.AddHearsay([Peer(1), Peer(2), Peer(3), Peer(4)], Policy));
        Assert.Equal<PeerAddress>([Peer(1), Peer(2), Peer(3)], _table.TakeHearsay(10));
    }

    [Fact]
    public void Addresses_known_already_do_not_count_against_the_cap_of_a_message()
    {
        _table.AddVerified(Peer(1), At(0), _random);
        _table.AddHearsay([Peer(2)], Policy);
        Assert.Equal(3, _table.AddHearsay([Peer(1), Peer(2), Peer(3), Peer(4), Peer(5), Peer(6)], Policy));
    }

    [Fact]
    public void Hearsay_is_capped_at_the_limit_and_one_over()
    {
        for (var i = 0; i < 7; i++)
            Assert.Equal(1, _table.AddHearsay([Peer(i)], Policy));
        Assert.Equal(1, _table.AddHearsay([Peer(7), Peer(8)], Policy));
        Assert.Equal(0, _table.AddHearsay([Peer(9)], Policy));
        Assert.Equal(8, _table.Hearsay);
    }

    [Fact]
    public void Addresses_against_the_policy_are_not_even_heard_of()
    {
        Assert.Equal(0, _table.AddHearsay([PeerAddress.FromIPv4(0x7f000001, 1), PeerAddress.FromIPv4(0x0a000001, 1), Peer(1).WithPort(0)], Policy));
        Assert.Equal(0, _table.Hearsay);
    }

    [Fact]
    public void Hearsay_is_taken_once_in_order()
    {
        _table.AddHearsay([Peer(1), Peer(2), Peer(3)], Policy);
        Assert.Equal<PeerAddress>([Peer(1), Peer(2)], _table.TakeHearsay(2));
        Assert.Equal<PeerAddress>([Peer(3)], _table.TakeHearsay(2));
        Assert.Empty(_table.TakeHearsay(2));
        Assert.Equal(0, _table.Hearsay);
    }

    // Whoever has many ports can name them and prove them; what he proves must not stay behind as hearsay.
    [Fact]
    public void Hearsay_stays_within_its_cap_while_others_of_it_prove_themselves()
    {
        _table.AddHearsay([Peer(100_000)], Policy);
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(1, _table.AddHearsay([Peer(i)], Policy));
            _table.AddVerified(Peer(i), At(i), _random);
            Assert.InRange(_table.Hearsay, 0, 8);
            Assert.InRange(_table.HearsayQueued, 0, 16);
        }

        Assert.Equal<PeerAddress>([Peer(100_000)], _table.TakeHearsay(100));
    }

    [Fact]
    public void Probes_go_to_those_asked_longest_ago()
    {
        for (var i = 0; i < 4; i++)
            _table.AddVerified(Peer(i), At(0), _random);
        var first = _table.TakeProbes(2, At(1), _random, out _);
        var second = _table.TakeProbes(2, At(2), _random, out _);
        Assert.Equal<PeerAddress>([Peer(0), Peer(1), Peer(2), Peer(3)], first.Concat(second).Order());
    }

    [Fact]
    public void Peer_is_forgotten_after_so_many_unanswered_probes_and_not_one_earlier()
    {
        _table.AddVerified(Peer(1), At(0), _random);
        Assert.Equal<PeerAddress>([Peer(1)], _table.TakeProbes(4, At(1), _random, out var forgotten));
        Assert.Equal<PeerAddress>([Peer(1)], _table.TakeProbes(4, At(2), _random, out forgotten));
        Assert.Empty(forgotten);
        Assert.Empty(_table.TakeProbes(4, At(3), _random, out forgotten));
        Assert.Equal<PeerAddress>([Peer(1)], forgotten);
        Assert.Equal(0, _table.Verified);
    }

    [Fact]
    public void Answer_wipes_out_unanswered_probes()
    {
        _table.AddVerified(Peer(1), At(0), _random);
        for (var i = 1; i < 100; i++)
        {
            Assert.Equal<PeerAddress>([Peer(1)], _table.TakeProbes(4, At(i), _random, out _));
            _table.AddVerified(Peer(1), At(i), _random);
        }
    }

    [Fact]
    public void Sample_prefers_those_that_answer()
    {
        for (var i = 0; i < 6; i++)
            _table.AddVerified(Peer(i), At(0), _random);
        _table.TakeProbes(10, At(1), _random, out _);
        _table.TakeProbes(10, At(1), _random, out _);
        for (var i = 0; i < 3; i++)
            _table.AddVerified(Peer(i), At(2), _random);
        for (var i = 0; i < 20; i++)
            Assert.Equal<PeerAddress>([Peer(0), Peer(1), Peer(2)], _table.Sample(3, _random).Order());
        Assert.Equal(6, _table.Sample(100, _random).Distinct().Count());
    }

    [Fact]
    public void Round_trip_is_kept_for_peers_only()
    {
        _table.AddVerified(Peer(1), At(0), _random);
        _table.SetRoundTrip(Peer(1), At(5));
        _table.SetRoundTrip(Peer(2), At(5));
        Assert.Equal(At(5), Assert.Single(_table.Peers).RoundTrip);
    }

    [Fact]
    public void Whatever_happens_the_table_is_consistent_and_within_its_caps() =>
        Gen.Select(Gen.Int[0, 4], Gen.Int[0, 25], Gen.Int[0, 12]).Array[0, 300].Sample(acts =>
        {
            var table = new PeerTable(Settings);
            var random = new Random(7);
            var now = TimeSpan.Zero;
            foreach (var (act, peer, most) in acts)
            {
                now += TimeSpan.FromSeconds(1);
                switch (act)
                {
                    case 0:
                        var isNew = !table.Contains(Peer(peer));
                        Assert.Equal(isNew, table.AddVerified(Peer(peer), now, random));
                        Assert.True(table.Contains(Peer(peer)));
                        break;
                    case 1:
                        table.AddHearsay([Peer(peer), Peer(peer + 1), Peer(peer + 2), Peer(peer + 3)], Policy);
                        break;
                    case 2:
                        var taken = table.TakeHearsay(most);
                        Assert.InRange(taken.Length, 0, most);
                        Assert.DoesNotContain(taken, address => table.Contains(address));
                        break;
                    case 3:
                        var probed = table.TakeProbes(most, now, random, out var forgotten);
                        Assert.InRange(probed.Length, 0, most);
                        Assert.Equal(probed.Length, probed.Distinct().Count());
                        Assert.All(probed, address => Assert.True(table.Contains(address)));
                        Assert.All(forgotten, address => Assert.False(table.Contains(address)));
                        break;
                    default:
                        var sample = table.Sample(most, random);
                        Assert.InRange(sample.Length, 0, most);
                        Assert.Equal(sample.Length, sample.Distinct().Count());
                        Assert.All(sample, address => Assert.True(table.Contains(address)));
                        break;
                }

                Assert.InRange(table.Verified, 0, 10);
                Assert.InRange(table.Hearsay, 0, 8);
                Assert.Equal(table.Verified, table.Peers.Select(record => record.Address).Distinct().Count());
                Assert.All(table.Peers, record => Assert.True(table.Contains(record.Address)));
            }
        });

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);

    private static PeerAddress Peer(int i) => PeerAddress.FromIPv4(0x08000000 + (uint)i, 24254);
}
