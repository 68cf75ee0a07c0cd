using System.Net;
using Cjp2p.Actors.Protocol;
using CsCheck;

namespace Cjp2p.Actors.Tests.Protocol;

public sealed class PeerAddressTests
{
    [Theory]
    [InlineData("1.2.3.4:5")]
    [InlineData("0.0.0.0:0")]
    [InlineData("255.255.255.255:65535")]
    [InlineData("[::]:0")]
    [InlineData("[::1]:24254")]
    [InlineData("[2a01:4f8:c013:5bc5::1]:24254")]
    [InlineData("[2001:818:e876:f700:e008:c723:26f1:561f]:24254")]
    [InlineData("[fe80::1%3]:24254")]
    [InlineData("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535")]
    [InlineData("[1:0:0:2::3]:1")]
    [InlineData("[1:0:2:3:4:5:6:7]:1")]
    [InlineData("[::1:2:3:4:5:6]:1")]
    [InlineData("[1:2:3:4:5:6::]:1")]
    public void Canonical_text_is_read_and_written_unchanged(string text)
    {
        Assert.True(PeerAddress.TryParse(text, out PeerAddress address));
        Assert.Equal(text, address.ToString());
        Assert.True(PeerAddress.TryParse(Wire.Bytes(text), out PeerAddress sameFromBytes));
        Assert.Equal(address, sameFromBytes);
    }

    [Theory]
    [InlineData("[0:0:0:0:0:0:0:1]:1", "[::1]:1")]
    [InlineData("[2A01::ABCD]:1", "[2a01::abcd]:1")]
    [InlineData("[0001:02:003:4:5:6:7:8]:1", "[1:2:3:4:5:6:7:8]:1")]
    [InlineData("[1::2:0:0:0:3]:1", "[1:0:0:2::3]:1")]
    [InlineData("[::ffff:1.2.3.4]:5", "1.2.3.4:5")]
    [InlineData("[::ffff:102:304]:5", "1.2.3.4:5")]
    [InlineData("[0000:0000:0000:0000:0000:ffff:255.255.255.255]:65535", "255.255.255.255:65535")]
    [InlineData("[::ffff:1.2.3.4%9]:5", "1.2.3.4:5")]
    [InlineData("[64:ff9b::1.2.3.4]:5", "[64:ff9b::102:304]:5")]
    [InlineData("[1:2:3:4:5:6:1.2.3.4]:5", "[1:2:3:4:5:6:102:304]:5")]
    [InlineData("[fe80::1%0]:5", "[fe80::1]:5")]
    public void Other_spellings_of_an_address_become_the_canonical_one(string text, string canonical)
    {
        Assert.True(PeerAddress.TryParse(text, out PeerAddress address));
        Assert.Equal(canonical, address.ToString());
        Assert.Equal(Wire.Peer(canonical), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData(":")]
    [InlineData("1.2.3.4")]
    [InlineData("1.2.3.4:")]
    [InlineData("1.2.3.4:65536")]
    [InlineData("1.2.3.4:99999999999999999999")]
    [InlineData("1.2.3.4:-1")]
    [InlineData("1.2.3.4:+1")]
    [InlineData("1.2.3.4:05")]
    [InlineData("1.2.3.4:5 ")]
    [InlineData(" 1.2.3.4:5")]
    [InlineData("1.2.3.4 :5")]
    [InlineData("1.2.3.4:5x")]
    [InlineData("1.2.3:5")]
    [InlineData("1.2.3.4.5:5")]
    [InlineData("1.2..4:5")]
    [InlineData("01.2.3.4:5")]
    [InlineData("1.2.3.00:5")]
    [InlineData("1.2.3.256:5")]
    [InlineData("0x1.2.3.4:5")]
    [InlineData("16909060:5")]
    [InlineData("localhost:5")]
    [InlineData("example.org:24254")]
    [InlineData("::1:5")]
    [InlineData("[1.2.3.4]:5")]
    [InlineData("[]:5")]
    [InlineData("[:]:5")]
    [InlineData("[:::]:5")]
    [InlineData("[:1]:5")]
    [InlineData("[1:]:5")]
    [InlineData("[1::2::3]:5")]
    [InlineData("[::1]")]
    [InlineData("[::1]:")]
    [InlineData("[::1:5")]
    [InlineData("::1]:5")]
    [InlineData("[::12345]:5")]
    [InlineData("[::g]:5")]
    [InlineData("[1:2:3:4:5:6:7]:5")]
    [InlineData("[1:2:3:4:5:6:7:8:9]:5")]
    [InlineData("[1:2:3:4:5:6:7::8]:5")]
    [InlineData("[1:2:3:4:5:6:7:1.2.3.4]:5")]
    [InlineData("[::1.2.3.4:5]:5")]
    [InlineData("[::1.2.3]:5")]
    [InlineData("[::01.2.3.4]:5")]
    [InlineData("[fe80::1%]:5")]
    [InlineData("[fe80::1%eth0]:5")]
    [InlineData("[fe80::1%03]:5")]
    [InlineData("[fe80::1%4294967296]:5")]
    [InlineData("[fe80::1%3%4]:5")]
    [InlineData("1.2.3.4%3:5")]
    [InlineData("١.2.3.4:5")]
    public void Everything_else_is_no_address(string? text)
    {
        Assert.False(PeerAddress.TryParse(text, out PeerAddress address));
        Assert.Equal(default, address);
        if (text is not null)
            Assert.False(PeerAddress.TryParse(Wire.Bytes(text), out _));
    }

    [Theory]
    [InlineData("[1:2:3:4:5:6:7::]:5", "[1:2:3:4:5:6:7:0]:5")]
    [InlineData("[::2:3:4:5:6:7:8]:5", "[0:2:3:4:5:6:7:8]:5")]
    public void A_gap_may_stand_for_a_single_group_but_is_not_written_for_one(string text, string canonical) =>
        Assert.Equal(canonical, Wire.Peer(text).ToString());

    [Theory]
    [InlineData("127.0.0.1:1", "loopback")]
    [InlineData("127.255.255.255:1", "loopback")]
    [InlineData("128.0.0.1:1", "")]
    [InlineData("126.255.255.255:1", "")]
    [InlineData("[::1]:1", "loopback")]
    [InlineData("[::2]:1", "")]
    [InlineData("0.0.0.0:1", "unspecified")]
    [InlineData("0.0.0.1:1", "")]
    [InlineData("[::]:1", "unspecified")]
    [InlineData("223.255.255.255:1", "")]
    [InlineData("224.0.0.1:1", "multicast")]
    [InlineData("239.255.255.255:1", "multicast")]
    [InlineData("240.0.0.1:1", "")]
    [InlineData("[ff02::1]:1", "multicast")]
    [InlineData("[feff::1]:1", "")]
    [InlineData("255.255.255.255:1", "broadcast")]
    [InlineData("255.255.255.254:1", "")]
    [InlineData("10.1.2.3:1", "private")]
    [InlineData("11.1.2.3:1", "")]
    [InlineData("172.15.255.255:1", "")]
    [InlineData("172.16.0.0:1", "private")]
    [InlineData("172.31.255.255:1", "private")]
    [InlineData("172.32.0.0:1", "")]
    [InlineData("192.168.0.1:1", "private")]
    [InlineData("192.169.0.1:1", "")]
    [InlineData("[fc00::1]:1", "private")]
    [InlineData("[fdff::1]:1", "private")]
    [InlineData("[fbff::1]:1", "")]
    [InlineData("169.254.1.1:1", "link-local")]
    [InlineData("169.253.1.1:1", "")]
    [InlineData("[fe80::1]:1", "link-local")]
    [InlineData("[febf::1]:1", "link-local")]
    [InlineData("[fec0::1]:1", "")]
    [InlineData("[fe7f::1]:1", "")]
    [InlineData("148.71.89.128:24254", "")]
    [InlineData("[2a01:4f8:c013:5bc5::1]:24254", "")]
    public void An_address_knows_what_it_is_good_for(string text, string expected)
    {
        PeerAddress address = Wire.Peer(text);
        string[] kinds =
        [
            address.IsLoopback ? "loopback" : "",
            address.IsUnspecified ? "unspecified" : "",
            address.IsMulticast ? "multicast" : "",
            address.IsBroadcast ? "broadcast" : "",
            address.IsPrivate ? "private" : "",
            address.IsLinkLocal ? "link-local" : "",
        ];
        Assert.Equal(expected, string.Concat(kinds));
        Assert.Equal(text.StartsWith('['), address.IsIPv6);
    }

    [Fact]
    public void Parts_of_an_address_are_as_written()
    {
        PeerAddress ipv4 = Wire.Peer("127.0.0.2:24254");
        Assert.Equal((0x7F000002u, (ushort)24254, 0u), (ipv4.IPv4HostOrder, ipv4.Port, ipv4.ScopeId));
        Assert.Equal(PeerAddress.FromIPv4(0x7F000002, 24254), ipv4);
        Assert.Equal(Wire.Peer("127.0.0.2:1"), ipv4.WithPort(1));

        PeerAddress ipv6 = Wire.Peer("[fe80::1%3]:24254");
        Assert.Equal((0u, (ushort)24254, 3u), (ipv6.IPv4HostOrder, ipv6.Port, ipv6.ScopeId));
        Assert.Equal(Wire.Peer("[fe80::1%3]:1"), ipv6.WithPort(1));
    }

    [Fact]
    public void A_mapped_address_is_the_ipv4_address_however_it_is_made()
    {
        PeerAddress expected = Wire.Peer("1.2.3.4:5");
        Assert.Equal(expected, PeerAddress.FromIPv6(IPAddress.Parse("::ffff:1.2.3.4").GetAddressBytes(), 5, 7));
        Assert.Equal(expected, PeerAddress.FromEndPoint(new IPEndPoint(IPAddress.Parse("::ffff:1.2.3.4"), 5)));
        Assert.Equal(expected, PeerAddress.FromEndPoint(new IPEndPoint(IPAddress.Parse("1.2.3.4"), 5)));
    }

    [Fact]
    public void Sixteen_bytes_make_an_ipv6_address_and_no_other_number_does()
    {
        Assert.Throws<ArgumentException>(() => PeerAddress.FromIPv6(new byte[15], 1, 0));
        Assert.Throws<ArgumentException>(() => PeerAddress.FromIPv6(new byte[17], 1, 0));
    }

    [Fact]
    public void Key_holds_address_scope_and_port_in_network_order()
    {
        byte[] key = new byte[PeerAddress.KeyBytes];
        Wire.Peer("1.2.3.4:258").WriteKey(key);
        Assert.Equal("00000000000000000000FFFF01020304" + "00000000" + "0102" + "0000", Convert.ToHexString(key));
        Wire.Peer("[fe80::1%3]:258").WriteKey(key);
        Assert.Equal("FE800000000000000000000000000001" + "00000003" + "0102" + "0000", Convert.ToHexString(key));
    }

    [Fact]
    public void Addresses_differ_in_port_and_scope()
    {
        Assert.NotEqual(Wire.Peer("1.2.3.4:5"), Wire.Peer("1.2.3.4:6"));
        Assert.NotEqual(Wire.Peer("[fe80::1%3]:5"), Wire.Peer("[fe80::1%4]:5"));
        Assert.NotEqual(Wire.Peer("[::1]:5"), Wire.Peer("[::2]:5"));
        Assert.Equal(Wire.Peer("1.2.3.4:5").GetHashCode(), Wire.Peer("[::ffff:1.2.3.4]:5").GetHashCode());
    }

    [Fact]
    public void Addresses_are_ordered_by_address_then_scope_then_port()
    {
        string[] ordered = ["[::1]:9", "1.2.3.4:5", "1.2.3.4:6", "1.2.4.0:1", "[fe80::1]:9", "[fe80::1%3]:1", "[fe80::2]:0"];
        PeerAddress[] addresses = [.. ordered.Reverse().Select(Wire.Peer)];
        Array.Sort(addresses);
        Assert.Equal(ordered, addresses.Select(a => a.ToString()));
        Assert.True(addresses[0] < addresses[1] && addresses[1] > addresses[0]);
        Assert.True(addresses[0] <= addresses[0].WithPort(9) && addresses[0] >= addresses[0].WithPort(9));
    }

    [Fact]
    public void Longest_text_fits_the_stated_length()
    {
        PeerAddress longest = Wire.Peer("[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535");
        Assert.Equal(PeerAddress.TextBytesMax, longest.Format(new byte[PeerAddress.TextBytesMax]));
    }

    [Fact]
    public void Text_round_trips_for_any_address() =>
        Generators.Address.Sample(address =>
        {
            Assert.True(PeerAddress.TryParse(address.ToString(), out PeerAddress back));
            Assert.Equal(address, back);
        });

    [Fact]
    public void End_points_of_dotnet_round_trip_and_agree_on_the_text_of_the_address() =>
        Generators.Address.Sample(address =>
        {
            IPEndPoint endPoint = address.ToEndPoint();
            Assert.Equal(address, PeerAddress.FromEndPoint(endPoint));
            // .NET writes some addresses with embedded IPv4; read back they are the same bytes.
            Assert.True(PeerAddress.TryParse(endPoint.ToString(), out PeerAddress back), endPoint.ToString());
            Assert.Equal(address, back);
            Assert.True(IPEndPoint.TryParse(address.ToString(), out IPEndPoint? parsed));
            Assert.Equal(endPoint, parsed);
        });

    [Fact]
    public void Equal_keys_mean_equal_addresses() =>
        Gen.Select(Generators.Address, Generators.Address).Sample((a, b) =>
        {
            byte[] keyA = new byte[PeerAddress.KeyBytes];
            byte[] keyB = new byte[PeerAddress.KeyBytes];
            a.WriteKey(keyA);
            b.WriteKey(keyB);
            Assert.Equal(a == b, keyA.AsSpan().SequenceEqual(keyB));
            Assert.Equal(a == b, a.CompareTo(b) == 0);
        });

    [Fact]
    public void Nearly_addresses_are_read_or_refused_but_never_throw() =>
        Gen.Char["0123456789abcdefF:.%[]x "].Array[0, 40].Sample(chars =>
        {
            string text = new(chars);
            if (PeerAddress.TryParse(text, out PeerAddress address))
                Assert.Equal(address, Wire.Peer(address.ToString()));
        });
}
