using System.Text;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Protocol;
using CsCheck;

namespace Cjp2p.Actors.Tests.AntiSpoof;

public sealed class PingIssuerTests
{
    private static readonly byte[] Secret = [.. Enumerable.Range(1, 16).Select(i => (byte)i)];
    private static readonly PeerAddress Peer = PeerAddress.FromIPv4(0x0a000001, 24254);

    private readonly PingIssuer _issuer = new(Secret);

    [Fact]
    public void Payload_is_an_object_with_a_cookie_of_hex_digits()
    {
        var payload = Payload(Peer, TimeSpan.FromSeconds(5));
        Assert.Equal(PingIssuer.PayloadBytes, payload.Length);
        Assert.Matches("^\\{\"cookie\":\"[0-9a-f]{32}\"\\}$", payload);
    }

    [Fact]
    public void Returned_ping_tells_the_round_trip() =>
        Gen.Select(Gen.Long[0, 1L << 50], Gen.Long[1, PingIssuer.AnswerAgeMax.Ticks]).Sample((sentAt, trip) =>
        {
            var text = Text(Peer, TimeSpan.FromTicks(sentAt));
            Assert.True(_issuer.TryRead(Peer, text, TimeSpan.FromTicks(sentAt + trip), out var roundTrip));
            Assert.Equal(trip, roundTrip.Ticks);
        });

    [Fact]
    public void Ping_is_worth_nothing_after_its_age()
    {
        var text = Text(Peer, TimeSpan.FromSeconds(5));
        Assert.True(_issuer.TryRead(Peer, text, TimeSpan.FromSeconds(5) + PingIssuer.AnswerAgeMax, out _));
        Assert.False(_issuer.TryRead(Peer, text, TimeSpan.FromSeconds(5) + PingIssuer.AnswerAgeMax + TimeSpan.FromTicks(1), out _));
    }

    [Fact]
    public void Ping_is_worth_nothing_from_another_address_or_port()
    {
        var text = Text(Peer, TimeSpan.Zero);
        Assert.False(_issuer.TryRead(Peer.WithPort(1), text, TimeSpan.FromTicks(1), out _));
        Assert.False(_issuer.TryRead(PeerAddress.FromIPv4(0x0a000002, 24254), text, TimeSpan.FromTicks(1), out _));
    }

    // Somebody who writes an earlier time looks slow, one who writes a later one looks fast: neither is believed.
    [Fact]
    public void Sending_time_cannot_be_changed()
    {
        var text = Encoding.ASCII.GetString(Text(Peer, TimeSpan.FromSeconds(1)));
        var other = Encoding.ASCII.GetString(Text(Peer, TimeSpan.FromSeconds(2)));
        Assert.False(_issuer.TryRead(Peer, Encoding.ASCII.GetBytes(text[..16] + other[16..]), TimeSpan.FromSeconds(3), out _));
        Assert.False(_issuer.TryRead(Peer, Encoding.ASCII.GetBytes(text), TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1), out _));
    }

    [Fact]
    public void Text_that_was_never_issued_is_nothing() =>
        Gen.OneOf(Gen.Byte.Array[0, 40], Gen.String[Gen.Char["0123456789abcdef"], 32, 32].Select(Encoding.ASCII.GetBytes))
            .Sample(text => !_issuer.TryRead(Peer, text, TimeSpan.FromDays(300), out _));

    [Fact]
    public void Keys_of_pings_and_cookies_differ()
    {
        var cookie = new byte[CookieIssuer.CookieBytes];
        new CookieIssuer(Secret, TimeSpan.FromSeconds(1)).Write(Peer, TimeSpan.Zero, cookie);
        Assert.NotEqual(Encoding.ASCII.GetString(cookie), Encoding.ASCII.GetString(Text(Peer, TimeSpan.Zero).AsSpan(0, 16)));
    }

    private string Payload(PeerAddress peer, TimeSpan now)
    {
        var payload = new byte[PingIssuer.PayloadBytes];
        return Encoding.ASCII.GetString(payload, 0, _issuer.Write(peer, now, payload));
    }

    private byte[] Text(PeerAddress peer, TimeSpan now) => Encoding.ASCII.GetBytes(Payload(peer, now)[11..^2]);
}
