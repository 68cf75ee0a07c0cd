using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation;
using CsCheck;

namespace Cjp2p.Actors.Tests.Simulation;

public sealed class NatModelSpec
{
    private static readonly PeerAddress Inside = Parse("10.0.0.1:5000");
    private static readonly PeerAddress Other = Parse("10.0.0.2:5000");
    private static readonly PeerAddress Remote = Parse("5.0.0.1:1000");
    private static readonly PeerAddress RemoteOtherPort = Parse("5.0.0.1:1001");
    private static readonly PeerAddress Stranger = Parse("5.0.0.9:1000");

    [Theory]
    [InlineData(NatKind.FullCone, true, true, true)]
    [InlineData(NatKind.AddressRestricted, true, true, false)]
    [InlineData(NatKind.PortRestricted, true, false, false)]
    [InlineData(NatKind.Symmetric, true, false, false)]
    public void Each_kind_lets_in_whom_it_should(NatKind kind, bool remote, bool otherPort, bool stranger)
    {
        var nat = new NatModel(new NatSettings { Kind = kind });
        Assert.True(nat.TryOutbound(0, Inside, Remote, out var port));
        Assert.Equal(remote, nat.TryInbound(1, port, Remote, out var inside));
        Assert.Equal(Inside, inside);
        Assert.Equal(otherPort, nat.TryInbound(1, port, RemoteOtherPort, out _));
        Assert.Equal(stranger, nat.TryInbound(1, port, Stranger, out _));
    }

    [Theory]
    [InlineData(NatKind.FullCone, true)]
    [InlineData(NatKind.AddressRestricted, true)]
    [InlineData(NatKind.PortRestricted, true)]
    [InlineData(NatKind.Symmetric, false)]
    public void Only_a_symmetric_one_maps_each_destination_to_a_port_of_its_own(NatKind kind, bool samePort)
    {
        var nat = new NatModel(new NatSettings { Kind = kind });
        nat.TryOutbound(0, Inside, Remote, out var first);
        nat.TryOutbound(0, Inside, Stranger, out var second);
        nat.TryOutbound(0, Inside, Remote, out var again);
        Assert.Equal(samePort, first == second);
        Assert.Equal(first, again);
    }

    [Fact]
    public void Nobody_gets_in_before_anybody_went_out()
    {
        var nat = new NatModel(new NatSettings { Kind = NatKind.FullCone });
        Assert.False(nat.TryInbound(0, 5000, Remote, out _));
    }

    [Fact]
    public void Ports_are_kept_where_they_are_free_and_two_hosts_never_share_one()
    {
        var nat = new NatModel(new NatSettings());
        nat.TryOutbound(0, Inside, Remote, out var first);
        nat.TryOutbound(0, Other, Remote, out var second);
        Assert.Equal(5000, first);
        Assert.NotEqual(5000, second);
        Assert.True(nat.TryInbound(0, second, Remote, out var inside));
        Assert.Equal(Other, inside);
    }

    [Fact]
    public void A_mapping_lives_until_just_before_its_timeout()
    {
        var settings = new NatSettings { MappingTimeout = new TimeSpan(100), InboundRefreshes = false };
        var nat = new NatModel(settings);
        nat.TryOutbound(0, Inside, Remote, out var port);
        Assert.True(nat.TryInbound(99, port, Remote, out _));
        Assert.False(nat.TryInbound(100, port, Remote, out _));
    }

    [Fact]
    public void Outbound_traffic_keeps_a_mapping_alive_and_inbound_traffic_where_the_router_says_so()
    {
        foreach (var inboundRefreshes in (bool[])[false, true])
        {
            var nat = new NatModel(new NatSettings { MappingTimeout = new TimeSpan(100), InboundRefreshes = inboundRefreshes });
            nat.TryOutbound(0, Inside, Remote, out var port);
            nat.TryOutbound(90, Inside, Remote, out var same);
            Assert.Equal(port, same);
            Assert.True(nat.TryInbound(180, port, Remote, out _));
            Assert.Equal(inboundRefreshes, nat.TryInbound(270, port, Remote, out _));
        }
    }

    [Fact]
    public void A_permission_times_out_by_itself_while_the_mapping_lives()
    {
        var nat = new NatModel(new NatSettings { Kind = NatKind.PortRestricted, MappingTimeout = new TimeSpan(100) });
        nat.TryOutbound(0, Inside, Remote, out var port);
        nat.TryOutbound(60, Inside, Stranger, out _);
        Assert.True(nat.TryInbound(110, port, Stranger, out _));
        Assert.False(nat.TryInbound(110, port, Remote, out _));
    }

    [Fact]
    public void After_the_timeout_a_new_mapping_is_made()
    {
        var nat = new NatModel(new NatSettings { Kind = NatKind.Symmetric, MappingTimeout = new TimeSpan(100) });
        nat.TryOutbound(0, Inside, Remote, out var before);
        nat.TryOutbound(100, Inside, Remote, out var after);
        Assert.NotEqual(before, after);
        Assert.False(nat.TryInbound(100, before, Remote, out _));
        Assert.Equal(2, nat.Entries);
    }

    [Fact]
    public void A_reboot_forgets_everything()
    {
        var nat = new NatModel(new NatSettings());
        nat.TryOutbound(0, Inside, Remote, out var port);
        nat.Reset();
        Assert.Equal(0, nat.Entries);
        Assert.False(nat.TryInbound(1, port, Remote, out _));
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_fits_once_others_have_expired()
    {
        // A mapping and its permission are two entries.
        var nat = new NatModel(new NatSettings { EntriesMax = 4, MappingTimeout = new TimeSpan(100) });
        Assert.True(nat.TryOutbound(0, Inside.WithPort(1), Remote, out _));
        Assert.True(nat.TryOutbound(50, Inside.WithPort(2), Remote, out _));
        Assert.False(nat.TryOutbound(99, Inside.WithPort(3), Remote, out _));
        Assert.False(nat.TryOutbound(99, Inside.WithPort(2), Stranger, out _));
        Assert.True(nat.TryOutbound(100, Inside.WithPort(3), Remote, out _));
        Assert.Equal(4, nat.Entries);
    }

    [Fact]
    public void Never_more_entries_than_it_may_hold_and_no_port_leads_to_two_hosts() =>
        Gen.Select(Gen.Enum<NatKind>(), Gen.Int[1, 20], Gen.Select(Gen.Int[0, 60], Gen.Int[1, 6], Gen.Int[1, 6], Gen.Bool).Array[1, 300])
            .Sample((kind, entriesMax, steps) =>
            {
                var nat = new NatModel(new NatSettings { Kind = kind, EntriesMax = entriesMax, MappingTimeout = new TimeSpan(100) });
                var now = 0L;
                foreach (var (wait, from, to, preservesPort) in steps)
                {
                    now += wait;
                    var inside = PeerAddress.FromIPv4(0x0A00_0000 + (uint)from, preservesPort ? (ushort)7000 : (ushort)(7000 + from));
                    var remote = PeerAddress.FromIPv4(0x0500_0000 + (uint)to, (ushort)to);
                    if (nat.TryOutbound(now, inside, remote, out var port))
                    {
                        Assert.True(nat.TryInbound(now, port, remote, out var back));
                        Assert.Equal(inside, back);
                    }

                    Assert.InRange(nat.Entries, 0, entriesMax);
                }
            }, iter: 500);

    private static PeerAddress Parse(string text)
    {
        Assert.True(PeerAddress.TryParse(text, out var address));
        return address;
    }
}
