using System.Globalization;

namespace Cjp2p.Actors.Inspection;

/// <summary>Numbers as people read them.</summary>
public static class Amounts
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>Bytes: <c>0 B</c>, <c>1023 B</c>, <c>1.5 KiB</c>, <c>256 MiB</c>.</summary>
    public static string Bytes(long bytes)
    {
        var unit = 0;
        var value = (double)bytes;
        for (; value >= 1023.95 && unit < Units.Length - 1; unit++)
            value /= 1024;
        var format = unit == 0 || value >= 99.95 ? "0" : "0.#";
        return value.ToString(format, CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>Bytes a second, in powers of ten as usual for rates: <c>0 B/s</c>, <c>1.2 kB/s</c>, <c>231 MB/s</c>.</summary>
    public static string Rate(double bytesPerSecond)
    {
        if (double.IsNaN(bytesPerSecond) || bytesPerSecond < 0)
            bytesPerSecond = 0;
        var unit = 0;
        for (; bytesPerSecond >= 999.5 && unit < 3; unit++)
            bytesPerSecond /= 1000;
        var format = unit == 0 || bytesPerSecond >= 99.95 ? "0" : "0.#";
        return bytesPerSecond.ToString(format, CultureInfo.InvariantCulture) + " " + unit switch
        {
            0 => "B/s",
            1 => "kB/s",
            2 => "MB/s",
            _ => "GB/s",
        };
    }

    /// <summary>A number of things: <c>1 source</c>, <c>2 sources</c>.</summary>
    public static string Count(long count, string one, string? many = null) =>
        count.ToString("#,0", CultureInfo.InvariantCulture) + " " + (count == 1 ? one : many ?? one + "s");

    /// <summary>A duration: <c>0:07</c>, <c>12:34</c>, <c>1:02:03</c>, <c>3d 04:05:06</c>.</summary>
    public static string Clock(TimeSpan time)
    {
        if (time.TotalDays >= 1)
            return time.ToString("d'd 'hh':'mm':'ss", CultureInfo.InvariantCulture);
        return time.ToString(time.TotalHours >= 1 ? "h':'mm':'ss" : "m':'ss", CultureInfo.InvariantCulture);
    }

    /// <summary>A duration in seconds: <c>0.02 s</c>, <c>1.5 s</c>, <c>75 s</c>.</summary>
    public static string Seconds(TimeSpan time) =>
        time.TotalSeconds.ToString(time.TotalSeconds < 0.995 ? "0.00" : "0.#", CultureInfo.InvariantCulture) + " s";

    /// <summary>A round trip: <c>0.123 ms</c>, <c>12.3 ms</c>, <c>1500 ms</c>.</summary>
    public static string Milliseconds(TimeSpan time) =>
        time.TotalMilliseconds.ToString(
            time.TotalMilliseconds switch { < 10 => "0.000", < 1000 => "0.0", _ => "0" }, CultureInfo.InvariantCulture) + " ms";
}
