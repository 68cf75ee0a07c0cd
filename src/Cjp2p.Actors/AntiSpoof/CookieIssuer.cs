using System.Buffers.Binary;
using System.Globalization;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.AntiSpoof;

/// <summary>What a returned cookie proves about the source of the datagram that carried it.</summary>
public enum CookieCheck
{
    /// <summary>Nothing: not ours, for another address, or too old. Never a sign of hostility: July's Rust node and the
    /// Bash node return wrong cookies by mistake.</summary>
    Invalid,

    /// <summary>The source receives at its address, but holds a cookie of the previous period: give it the current one.</summary>
    Previous,

    /// <summary>The source receives at its address.</summary>
    Current,
}

/// <summary>
/// Makes and checks the cookies of PleaseAlwaysReturnThisMessage without remembering anybody: a keyed hash of address
/// and port, 16 lowercase hex digits (LCDP README: "a keyed hash of the address is fine"; hex, because the Bash
/// node drops slashes and interprets backslashes). Each period has a key of its own, derived from the secret; that of the
/// previous period stays valid, so a cookie works for between one and two periods. Thread-safe.
/// </summary>
public sealed class CookieIssuer
{
    /// <summary>Length of a cookie in bytes (hex digits).</summary>
    public const int CookieBytes = 16;

    /// <summary>Length of the secret in bytes.</summary>
    public const int SecretBytes = 16;

    private readonly ulong _k0;
    private readonly ulong _k1;
    private readonly long _periodTicks;
    private readonly long _epochTicks;
    private Keys? _keys;

    /// <param name="secret">16 unpredictable bytes; whoever knows them can forge any source address.</param>
    /// <param name="period">How long a key is used.</param>
    /// <param name="epoch">
    /// What the clock lags behind one that is the same in every run: with a secret that is kept, cookies then outlive a
    /// restart, and none of an earlier run is good for a second life.
    /// </param>
    public CookieIssuer(ReadOnlySpan<byte> secret, TimeSpan period, TimeSpan epoch = default)
    {
        _epochTicks = epoch.Ticks;
        ArgumentOutOfRangeException.ThrowIfNotEqual(secret.Length, SecretBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.FromSeconds(1));
        _k0 = BinaryPrimitives.ReadUInt64LittleEndian(secret);
        _k1 = BinaryPrimitives.ReadUInt64LittleEndian(secret[8..]);
        _periodTicks = period.Ticks;
    }

    /// <summary>Writes the cookie for <paramref name="source"/> (16 hex digits) into <paramref name="cookie"/>.</summary>
    public void Write(in PeerAddress source, TimeSpan now, Span<byte> cookie) =>
        KeysAt(now).Now.Mac(source).TryFormat(cookie, out _, "x16", CultureInfo.InvariantCulture);

    /// <summary>Says what <paramref name="cookie"/>, returned by <paramref name="source"/>, is worth.</summary>
    public CookieCheck Check(in PeerAddress source, ReadOnlySpan<byte> cookie, TimeSpan now)
    {
        if (cookie.Length != CookieBytes || cookie.ContainsAnyInRange((byte)'A', (byte)'F')
            || !ulong.TryParse(cookie, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var claimed))
            return CookieCheck.Invalid;
        var keys = KeysAt(now);
        if (keys.Now.Mac(source) == claimed)
            return CookieCheck.Current;
        return keys.Period > 0 && keys.Before.Mac(source) == claimed ? CookieCheck.Previous : CookieCheck.Invalid;
    }

    // Derived once a period; threads that do so at the same time come to the same.
    private Keys KeysAt(TimeSpan now)
    {
        var period = (now.Ticks + _epochTicks) / _periodTicks;
        return _keys is { } keys && keys.Period == period ? keys : _keys = new Keys(period, KeyOf(period), KeyOf(period - 1));
    }

    private Key KeyOf(long period)
    {
        Span<byte> data = stackalloc byte[9];
        BinaryPrimitives.WriteInt64LittleEndian(data, period);
        var k0 = SipHash.Hash(_k0, _k1, data);
        data[8] = 1;
        return new Key(k0, SipHash.Hash(_k0, _k1, data));
    }

    private sealed record Keys(long Period, Key Now, Key Before);

    private readonly record struct Key(ulong K0, ulong K1)
    {
        public ulong Mac(in PeerAddress source)
        {
            Span<byte> data = stackalloc byte[PeerAddress.KeyBytes];
            source.WriteKey(data);
            return SipHash.Hash(K0, K1, data);
        }
    }
}
