using System.Numerics;
using System.Runtime.CompilerServices;

namespace Cjp2p.Actors.Content;

/// <summary>A set of chunk numbers 0 to 511 of one span, as a value of 64 bytes.</summary>
[InlineArray(Words)]
public struct ChunkSet : IEquatable<ChunkSet>
{
    private const int Words = 8;

    /// <summary>Chunks of one span at the most: a span of 256 KiB in chunks of 512 bytes.</summary>
    public const int Capacity = Words * 64;

    private ulong _word;

    /// <summary>How many numbers are in it.</summary>
    public readonly int Count
    {
        get
        {
            var count = 0;
            for (var i = 0; i < Words; i++)
                count += BitOperations.PopCount(this[i]);
            return count;
        }
    }

    /// <summary>Whether there is none.</summary>
    public readonly bool IsEmpty => Count == 0;

    /// <summary>The numbers 0 to <paramref name="count"/> - 1.</summary>
    public static ChunkSet FirstOf(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        var set = default(ChunkSet);
        for (var i = 0; i < Words; i++)
        {
            var bits = Math.Clamp(count - i * 64, 0, 64);
            set[i] = bits == 64 ? ulong.MaxValue : (1UL << bits) - 1;
        }

        return set;
    }

    /// <summary>The numbers below <paramref name="count"/> (at most 64) whose bits are not set.</summary>
    public static ChunkSet AllBut(ulong bits, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 64);
        var set = FirstOf(count);
        set[0] &= ~bits;
        return set;
    }

    /// <summary>Whether <paramref name="chunk"/> is in it.</summary>
    public readonly bool Contains(int chunk) => (this[chunk >> 6] >> (chunk & 63) & 1) != 0;

    /// <summary>Adds; false when it was there.</summary>
    public bool Add(int chunk)
    {
        var bit = 1UL << (chunk & 63);
        var isNew = (this[chunk >> 6] & bit) == 0;
        this[chunk >> 6] |= bit;
        return isNew;
    }

    /// <summary>Adds all of another set.</summary>
    public void Add(in ChunkSet other)
    {
        for (var i = 0; i < Words; i++)
            this[i] |= other[i];
    }

    /// <summary>Takes out; false when it was not there.</summary>
    public bool Remove(int chunk)
    {
        var bit = 1UL << (chunk & 63);
        var was = (this[chunk >> 6] & bit) != 0;
        this[chunk >> 6] &= ~bit;
        return was;
    }

    /// <summary>The lowest number that is in it at or after <paramref name="from"/>, or -1.</summary>
    public readonly int NextAt(int from)
    {
        for (var i = from >> 6; i < Words; i++)
        {
            var word = i == from >> 6 ? this[i] >> (from & 63) << (from & 63) : this[i];
            if (word != 0)
                return i * 64 + BitOperations.TrailingZeroCount(word);
        }

        return -1;
    }

    /// <inheritdoc/>
    public readonly bool Equals(ChunkSet other)
    {
        for (var i = 0; i < Words; i++)
        {
            if (this[i] != other[i])
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is ChunkSet other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode()
    {
        var hash = new HashCode();
        for (var i = 0; i < Words; i++)
            hash.Add(this[i]);
        return hash.ToHashCode();
    }

    /// <summary>Whether both hold the same numbers.</summary>
    public static bool operator ==(ChunkSet left, ChunkSet right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(ChunkSet left, ChunkSet right) => !left.Equals(right);
}
