using System.Globalization;
using System.Text;

namespace Cjp2p.Host.Simulation;

/// <summary>Values as they are written in scenario files and on the command line.</summary>
internal static class ScenarioValues
{
    private static readonly (string Unit, long Ticks)[] TimeUnits =
    [
        ("us", TimeSpan.TicksPerMicrosecond), ("ms", TimeSpan.TicksPerMillisecond), ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute), ("h", TimeSpan.TicksPerHour), ("d", TimeSpan.TicksPerDay),
    ];

    private static readonly (string Unit, long Factor)[] ByteUnits =
    [
        ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000),
        ("B", 1), ("", 1),
    ];

    private static readonly (string Unit, long Factor)[] BitUnits =
        [("Gbit", 1_000_000_000), ("Mbit", 1_000_000), ("kbit", 1000), ("bit", 1), ("", 1)];

    /// <summary>A number, or a part in percent.</summary>
    public static bool TryNumber(string text, out double number)
    {
        var percent = text.EndsWith('%');
        if (!double.TryParse(
                percent ? text[..^1] : text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture, out number))
            return false;
        if (percent)
            number /= 100;
        return double.IsFinite(number);
    }

    /// <summary>A time with its unit; 0 needs none.</summary>
    public static bool TryTime(string text, out TimeSpan time)
    {
        time = default;
        if (text is "0" or "-0")
            return true;
        // "ms" ends with an s too: the longest unit that fits is meant.
        foreach (var (unit, ticks) in TimeUnits.OrderByDescending(one => one.Unit.Length))
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal))
                continue;
            if (!decimal.TryParse(
                    text[..^unit.Length].TrimEnd(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture, out var number)
                || Math.Abs(number) > (decimal)TimeSpan.MaxValue.Ticks / ticks)
                return false;
            time = new TimeSpan((long)(number * ticks));
            return true;
        }

        return false;
    }

    public static string Time(TimeSpan time)
    {
        foreach (var (unit, ticks) in TimeUnits.Reverse())
        {
            if (time.Ticks % ticks == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / ticks}{unit}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(decimal)time.Ticks / TimeSpan.TicksPerMicrosecond}us");
    }

    public static bool TryBytes(string text, out long bytes) => TryWhole(text, ByteUnits, out bytes);

    public static string Bytes(long bytes) => Whole(bytes, ByteUnits[..3]);

    public static bool TryBits(string text, out long bits) => TryWhole(text, BitUnits, out bits);

    public static string Bits(long bits) => Whole(bits, BitUnits[..3]);

    /// <summary>A number so that it reads back as the same.</summary>
    public static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The names of an enumeration as they are written here: <c>PortRestricted</c> is <c>port-restricted</c>.</summary>
    public static string[] Names<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(Name)];

    public static string Name<T>(T value)
        where T : struct, Enum
    {
        var name = new StringBuilder();
        foreach (var c in value.ToString())
        {
            if (char.IsAsciiLetterUpper(c) && name.Length > 0)
                name.Append('-');
            name.Append(char.ToLowerInvariant(c));
        }

        return name.ToString();
    }

    private static bool TryWhole(string text, (string Unit, long Factor)[] units, out long whole)
    {
        whole = 0;
        foreach (var (unit, factor) in units)
        {
            if (!text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
                continue;
            if (!decimal.TryParse(
                    text[..^unit.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || number > (decimal)long.MaxValue / factor || number * factor % 1 != 0)
                return false;
            whole = (long)(number * factor);
            return true;
        }

        return false;
    }

    private static string Whole(long number, (string Unit, long Factor)[] units)
    {
        foreach (var (unit, factor) in units)
        {
            if (number != 0 && number % factor == 0)
                return string.Create(CultureInfo.InvariantCulture, $"{number / factor}{unit}");
        }

        return number.ToString(CultureInfo.InvariantCulture);
    }
}
