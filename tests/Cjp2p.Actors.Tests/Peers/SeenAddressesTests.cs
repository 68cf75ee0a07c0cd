using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Peers;

public sealed class SeenAddressesTests
{
    private readonly SeenAddresses _seen = new();
    private TimeSpan _now = TimeSpan.FromMinutes(1);

    [Fact]
    public void Three_networks_that_agree_are_believed_and_two_are_not()
    {
        Assert.Null(Of());
        Report("198.51.100.1:1", "203.0.113.9:24254");
        Report("198.51.101.1:1", "203.0.113.9:24254");
        Assert.Equal(new SeenAddress(Datagram.At("203.0.113.9:24254"), 2, false, true), Of());
        Report("198.51.102.1:1", "203.0.113.9:24254");
        Assert.Equal(new SeenAddress(Datagram.At("203.0.113.9:24254"), 3, true, true), Of());
    }

    [Fact]
    public void Word_of_a_network_is_new_when_it_differs_from_its_last_one()
    {
        Assert.True(Report("198.51.100.1:1", "203.0.113.9:24254"));
        Assert.False(Report("198.51.100.2:1", "203.0.113.9:24254"));
        Assert.True(Report("198.51.100.1:1", "203.0.113.9:24255"));
        Assert.True(Report("198.51.101.1:1", "203.0.113.9:24255"));
        Assert.False(Report("198.51.102.1:1", "0.0.0.0:24254"));
    }

    [Fact]
    public void Thousands_of_peers_of_one_network_have_one_word()
    {
        for (var host = 1; host < 250; host++)
            Report($"198.51.100.{host}:1", "203.0.113.66:1");
        Report("198.51.101.1:1", "203.0.113.9:24254");
        Report("198.51.102.1:1", "203.0.113.9:24254");
        Assert.Equal(new SeenAddress(Datagram.At("203.0.113.9:24254"), 2, false, true), Of());
    }

    [Fact]
    public void Half_of_all_is_not_enough()
    {
        for (var i = 1; i <= 3; i++)
        {
            Report($"198.51.{i}.1:1", "203.0.113.9:24254");
            Report($"198.52.{i}.1:1", "203.0.113.10:24254");
        }

        Assert.False(Of()!.IsConfirmed);
        Report("198.53.1.1:1", "203.0.113.9:24254");
        Assert.True(Of()!.IsConfirmed);
    }

    [Fact]
    public void Port_that_differs_from_peer_to_peer_is_told_as_none()
    {
        for (var i = 1; i <= 4; i++)
            Report($"198.51.{i}.1:1", $"203.0.113.9:{1000 + i}");
        Assert.Equal(new SeenAddress(Datagram.At("203.0.113.9:0"), 4, true, true), Of());
    }

    [Fact]
    public void Own_address_is_not_translated_and_families_are_apart()
    {
        Report("198.51.100.1:1", "203.0.113.9:24254");
        Report("[2001:db8:1::1]:1", "[2001:db8:2::9]:24254");
        Assert.False(_seen.Of(false, _now, address => address == Datagram.At("203.0.113.9:0"))!.IsTranslated);
        Assert.Equal(Datagram.At("[2001:db8:2::9]:24254"), _seen.Of(true, _now, _ => false)!.Address);
    }

    [Fact]
    public void Word_is_forgotten_after_an_hour_and_the_oldest_makes_room_at_the_limit()
    {
        Report("198.51.100.1:1", "203.0.113.9:24254");
        _now += TimeSpan.FromHours(1);
        Assert.NotNull(Of());
        _now += TimeSpan.FromSeconds(1);
        Assert.Null(Of());
        for (var i = 0; i < SeenAddresses.ReportersMax + 1; i++)
        {
            _now += TimeSpan.FromSeconds(1);
            Report($"198.52.{i}.1:1", "203.0.113.10:24254");
        }

        Assert.Equal(SeenAddresses.ReportersMax, _seen.Count);
    }

    [Theory]
    [InlineData("0.0.0.0:1")]
    [InlineData("224.0.0.1:1")]
    [InlineData("255.255.255.255:1")]
    [InlineData("203.0.113.9:0")]
    [InlineData("127.0.0.1:1")]
    public void What_cannot_be_an_address_of_a_node_is_not_kept(string seen)
    {
        Report("198.51.100.1:1", seen);
        Assert.Equal(0, _seen.Count);
    }

    private bool Report(string reporter, string seen) => _seen.Report(Datagram.At(reporter), Datagram.At(seen), _now);

    private SeenAddress? Of() => _seen.Of(false, _now, _ => false);
}
