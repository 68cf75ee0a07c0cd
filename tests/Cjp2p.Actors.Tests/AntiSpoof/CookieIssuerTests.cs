using System.Text;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Protocol;
using CsCheck;

namespace Cjp2p.Actors.Tests.AntiSpoof;

public sealed class CookieIssuerTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);
    private static readonly byte[] Secret = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];

    private static readonly Gen<PeerAddress> Address = Gen.OneOf(
        Gen.Select(Gen.UInt, Gen.UShort, PeerAddress.FromIPv4),
        Gen.Select(Gen.Byte.Array[16], Gen.UShort, (bytes, port) => PeerAddress.FromIPv6(bytes, port, 0)));

    private static readonly Gen<TimeSpan> Moment = Gen.Long[0, TimeSpan.FromDays(1000).Ticks].Select(TimeSpan.FromTicks);

    private readonly CookieIssuer _issuer = new(Secret, Period);

    [Fact]
    public void Cookie_is_sixteen_lowercase_hex_digits() => Gen.Select(Address, Moment).Sample((address, now) =>
    {
        var cookie = Cookie(_issuer, address, now);
        return cookie.Length == 16 && cookie.All(c => char.IsAsciiHexDigitLower(c));
    });

    [Fact]
    public void Cookie_is_current_for_the_rest_of_its_period_previous_in_the_next_and_nothing_after() =>
        Gen.Select(Address, Gen.Long[0, 1000], Gen.Long[0, Period.Ticks - 1], Gen.Long[0, Period.Ticks - 1])
            .Sample((address, period, issuedAfter, returnedAfter) =>
            {
                var start = Period * period;
                var cookie = Encoding.ASCII.GetBytes(Cookie(_issuer, address, start + TimeSpan.FromTicks(issuedAfter)));
                var later = start + TimeSpan.FromTicks(returnedAfter);
                Assert.Equal(CookieCheck.Current, _issuer.Check(address, cookie, later));
                Assert.Equal(CookieCheck.Previous, _issuer.Check(address, cookie, later + Period));
                Assert.Equal(CookieCheck.Invalid, _issuer.Check(address, cookie, later + Period * 2));
                Assert.Equal(CookieCheck.Invalid, _issuer.Check(address, cookie, later + Period * 3));
            });

    [Fact]
    public void Cookie_of_the_future_is_nothing()
    {
        var address = PeerAddress.FromIPv4(0x7f000001, 1);
        var cookie = Encoding.ASCII.GetBytes(Cookie(_issuer, address, Period));
        Assert.Equal(CookieCheck.Invalid, _issuer.Check(address, cookie, TimeSpan.Zero));
    }

    [Fact]
    public void Cookie_works_for_the_address_and_port_that_it_was_made_for_and_no_other() =>
        Gen.Select(Address, Address, Moment).Sample((one, other, now) =>
        {
            var cookie = Encoding.ASCII.GetBytes(Cookie(_issuer, one, now));
            Assert.Equal(one == other, _issuer.Check(other, cookie, now) != CookieCheck.Invalid);
            Assert.Equal(CookieCheck.Invalid, _issuer.Check(one.WithPort((ushort)(one.Port + 1)), cookie, now));
        });

    [Fact]
    public void Cookie_of_another_secret_is_nothing()
    {
        var address = PeerAddress.FromIPv4(0x7f000001, 1);
        for (var i = 0; i < 16; i++)
        {
            var secret = (byte[])Secret.Clone();
            secret[i] ^= 1;
            var cookie = Encoding.ASCII.GetBytes(Cookie(new CookieIssuer(secret, Period), address, TimeSpan.Zero));
            Assert.Equal(CookieCheck.Invalid, _issuer.Check(address, cookie, TimeSpan.Zero));
        }
    }

    [Fact]
    public void Text_that_was_never_issued_is_nothing() =>
        Gen.Select(Address, Moment, Gen.OneOf(Gen.Byte.Array[0, 40], Gen.String[Gen.Char["0123456789abcdef"], 16, 16].Select(Encoding.ASCII.GetBytes)))
            .Sample((address, now, text) => _issuer.Check(address, text, now) == CookieCheck.Invalid);

    [Fact]
    public void Cookie_in_other_spelling_is_nothing()
    {
        var address = PeerAddress.FromIPv4(0x7f000001, 1);
        // One that has letters.
        var now = Enumerable.Range(0, 100).Select(i => Period * i).First(t => Cookie(_issuer, address, t).Any(char.IsAsciiLetter));
        var cookie = Cookie(_issuer, address, now);
        foreach (var other in new[] { cookie.ToUpperInvariant(), " " + cookie, cookie + " ", cookie[1..], cookie + "0", "0x" + cookie[2..], "+" + cookie[1..], "" })
            Assert.Equal(CookieCheck.Invalid, _issuer.Check(address, Encoding.ASCII.GetBytes(other), now));
    }

    [Theory]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(0)]
    public void Secret_of_another_length_is_refused(int bytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CookieIssuer(new byte[bytes], Period));

    [Fact]
    public void Period_below_a_second_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new CookieIssuer(Secret, TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1)));
        _ = new CookieIssuer(Secret, TimeSpan.FromSeconds(1));
    }

    private static string Cookie(CookieIssuer issuer, in PeerAddress address, TimeSpan now)
    {
        var cookie = new byte[CookieIssuer.CookieBytes];
        issuer.Write(address, now, cookie);
        return Encoding.ASCII.GetString(cookie);
    }
}
