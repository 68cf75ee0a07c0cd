using System.Buffers.Binary;
using System.Globalization;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.AntiSpoof;

/// <summary>
/// Payloads of PleaseReturnThisMessage that prove themselves when they come back, without remembering any: a keyed hash of
/// address and sending time, and that time, as hex digits in <c>{"cookie":"..."}</c> (the one shape that every node
/// returns). So a round-trip time cannot be forged, only made longer by keeping the answer back; and a source that
/// returns one has proven that it receives at its address, even where it knows no cookies.
/// </summary>
public sealed class PingIssuer
{
    /// <summary>Length of the text in bytes (hex digits).</summary>
    public const int TextBytes = 32;

    /// <summary>Answers that took longer are worth nothing.</summary>
    public static readonly TimeSpan AnswerAgeMax = TimeSpan.FromSeconds(30);

    private readonly ulong _k0;
    private readonly ulong _k1;

    /// <param name="secret">16 unpredictable bytes.</param>
    /// <param name="epoch">Something else in each run with the same secret, so that a ping of an earlier run is worth nothing.</param>
    public PingIssuer(ReadOnlySpan<byte> secret, TimeSpan epoch = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, CookieIssuer.SecretBytes);
        // Another key than the cookies' own, from the same secret.
        Span<byte> derived = stackalloc byte[16];
        secret.CopyTo(derived);
        derived[0] ^= 0x55;
        BinaryPrimitives.WriteInt64LittleEndian(derived[8..], BinaryPrimitives.ReadInt64LittleEndian(derived[8..]) ^ epoch.Ticks);
        _k0 = SipHash.Hash(BinaryPrimitives.ReadUInt64LittleEndian(secret), 1, derived);
        _k1 = SipHash.Hash(BinaryPrimitives.ReadUInt64LittleEndian(secret[8..]), 2, derived);
    }

    /// <summary>Writes the raw JSON payload for a ping to <paramref name="peer"/>; returns its length.</summary>
    public int Write(in PeerAddress peer, TimeSpan now, Span<byte> rawJson)
    {
        var prefix = "{\"cookie\":\""u8;
        prefix.CopyTo(rawJson);
        var text = rawJson.Slice(prefix.Length, TextBytes);
        Mac(peer, now.Ticks).TryFormat(text, out _, "x16", CultureInfo.InvariantCulture);
        now.Ticks.TryFormat(text[16..], out _, "x16", CultureInfo.InvariantCulture);
        "\"}"u8.CopyTo(rawJson[(prefix.Length + TextBytes)..]);
        return prefix.Length + TextBytes + 2;
    }

    /// <summary>Bytes that <see cref="Write"/> needs.</summary>
    public const int PayloadBytes = 11 + TextBytes + 2;

    /// <summary>The round trip of a ping whose text came back from <paramref name="peer"/>; false when it is not ours.</summary>
    public bool TryRead(in PeerAddress peer, ReadOnlySpan<byte> text, TimeSpan now, out TimeSpan roundTrip)
    {
        roundTrip = default;
        if (text.Length != TextBytes
            || !ulong.TryParse(text[..16], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var mac)
            || !long.TryParse(text[16..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sentAt)
            || sentAt < 0 || sentAt > now.Ticks || Mac(peer, sentAt) != mac)
            return false;
        roundTrip = TimeSpan.FromTicks(now.Ticks - sentAt);
        return roundTrip <= AnswerAgeMax;
    }

    private ulong Mac(in PeerAddress peer, long ticks)
    {
        Span<byte> data = stackalloc byte[PeerAddress.KeyBytes + 8];
        peer.WriteKey(data);
        BinaryPrimitives.WriteInt64LittleEndian(data[PeerAddress.KeyBytes..], ticks);
        return SipHash.Hash(_k0, _k1, data);
    }
}
