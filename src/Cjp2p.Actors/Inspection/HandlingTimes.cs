using System.Numerics;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// How long one kind of work took: count, sum, longest, and a histogram whose classes are half an octave wide, so that a
/// percentile is at most 42 % too high and never too low. 8 bytes until something takes time (in virtual time nothing does),
/// then 264. Pure; not thread-safe.
/// </summary>
public sealed class HandlingTimes
{
    // Two classes for each power of two of 100 ns ticks: up to 2^32 ticks, seven minutes.
    private const int Classes = 64;
    private uint[]? _counts;
    private long _nonZero;

    /// <summary>Pieces of work.</summary>
    public long Count { get; private set; }

    /// <summary>Time of all of them.</summary>
    public TimeSpan Total { get; private set; }

    /// <summary>The longest.</summary>
    public TimeSpan Longest { get; private set; }

    /// <summary>Counts one more.</summary>
    public void Add(TimeSpan time)
    {
        Count++;
        if (time <= TimeSpan.Zero)
            return;
        Total += time;
        if (time > Longest)
            Longest = time;
        _counts ??= new uint[Classes];
        _counts[ClassOf(time.Ticks)]++;
        _nonZero++;
    }

    /// <summary>
    /// The time that this share of the pieces of work (0 to 1) did not exceed, read from the histogram and so a little too
    /// high; never above <see cref="Longest"/>.
    /// </summary>
    public TimeSpan Percentile(double share)
    {
        if (_counts is null)
            return TimeSpan.Zero;
        var wanted = (long)Math.Ceiling(share * Count) - (Count - _nonZero);
        if (wanted <= 0)
            return TimeSpan.Zero;
        var seen = 0L;
        for (var i = 0; i < Classes; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
                return TimeSpan.FromTicks(Math.Min(Longest.Ticks, UpperBound(i)));
        }

        return Longest;
    }

    private static int ClassOf(long ticks)
    {
        var octave = BitOperations.Log2((ulong)ticks);
        var half = octave == 0 ? 0 : (int)(ticks >> (octave - 1)) & 1;
        return Math.Min(Classes - 1, octave * 2 + half);
    }

    // The largest number of ticks of a class.
    private static long UpperBound(int number)
    {
        var octave = number / 2;
        if (octave == 0)
            return 1;
        return (1L << octave) + ((number % 2) + 1L) * (1L << (octave - 1)) - 1;
    }
}
