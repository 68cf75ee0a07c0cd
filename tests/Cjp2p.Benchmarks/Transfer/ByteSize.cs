using System.Globalization;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>Sizes as people write them.</summary>
internal static class ByteSize
{
    /// <summary>Reads "4096", "64KiB", "256MiB", "1GiB".</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var digits = text.AsSpan().TrimEnd("KMGiB");
        var factor = text[digits.Length..] switch
        {
            "" or "B" => 1L,
            "KiB" => 1L << 10,
            "MiB" => 1L << 20,
            "GiB" => 1L << 30,
            _ => 0,
        };
        if (factor == 0 || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return false;
        bytes = count * factor;
        return true;
    }
}
