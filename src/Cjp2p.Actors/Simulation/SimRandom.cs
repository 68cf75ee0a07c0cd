namespace Cjp2p.Actors.Simulation;

/// <summary>
/// The random source that a simulated node is handed: 64 bits of seed (a plain <see cref="Random"/> has 31, and two of a
/// hundred thousand nodes would share a stream), the same numbers on every machine and in every version of .NET.
/// </summary>
public sealed class SimRandom : Random
{
    private SplitMix _source;

    /// <summary>Makes the stream of a seed.</summary>
    public SimRandom(ulong seed) : base(0) => _source = new SplitMix(seed);

    /// <summary>Derives one from another: with 64 bits of seed, and a tenth of the memory of a plain one that has a seed.</summary>
    internal static Func<Random, Random> Derived { get; } = static random => new SimRandom((ulong)random.NextInt64());

    /// <inheritdoc/>
    public override int Next() => (int)_source.Below(int.MaxValue);

    /// <inheritdoc/>
    public override int Next(int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxValue);
        return (int)_source.Below((ulong)maxValue);
    }

    /// <inheritdoc/>
    public override int Next(int minValue, int maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        return (int)(minValue + (long)_source.Below((ulong)((long)maxValue - minValue)));
    }

    /// <inheritdoc/>
    public override long NextInt64() => (long)_source.Below(long.MaxValue);

    /// <inheritdoc/>
    public override long NextInt64(long maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxValue);
        return (long)_source.Below((ulong)maxValue);
    }

    /// <inheritdoc/>
    public override long NextInt64(long minValue, long maxValue)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minValue, maxValue);
        return (long)((ulong)minValue + _source.Below((ulong)maxValue - (ulong)minValue));
    }

    /// <inheritdoc/>
    public override double NextDouble() => _source.NextDouble();

    /// <inheritdoc/>
    public override float NextSingle() => (_source.Next() >> 40) * (1.0f / (1 << 24));

    /// <inheritdoc/>
    public override void NextBytes(byte[] buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        NextBytes(buffer.AsSpan());
    }

    /// <inheritdoc/>
    public override void NextBytes(Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var bits = _source.Next();
            var bytes = Math.Min(8, buffer.Length);
            for (var i = 0; i < bytes; i++)
            {
                buffer[i] = (byte)bits;
                bits >>= 8;
            }

            buffer = buffer[bytes..];
        }
    }

    /// <inheritdoc/>
    protected override double Sample() => _source.NextDouble();
}
