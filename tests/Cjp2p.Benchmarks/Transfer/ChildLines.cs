using System.Globalization;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>
/// What the measuring process and those it starts tell each other, a line at a time: words with a space between them.
/// Plain text, so that a fetching process has nothing to load for it. A child ends when its standard input does.
/// </summary>
internal static class ChildLines
{
    /// <summary>A seeding process is up: its address, and for content its id.</summary>
    public const string Ready = "ready";

    /// <summary>A fetch came to its end: ticks of wall clock, requests sent, bytes of content received.</summary>
    public const string Done = "done";

    /// <summary>It did not: the reason, to the end of the line.</summary>
    public const string Failed = "failed";

    /// <summary>Command: fetch (again) into the path that follows, or (a yardstick) as many datagrams as follow.</summary>
    public const string Fetch = "fetch";

    /// <summary>Command, and its answer: ticks of processor time and bytes allocated since the process started.</summary>
    public const string Usage = "usage";

    /// <summary>Writes a line to the process that started this one.</summary>
    public static void Say(params ReadOnlySpan<object> words)
    {
        Console.Out.WriteLine(string.Join(' ', words.ToArray().Select(word => Convert.ToString(word, CultureInfo.InvariantCulture))));
        Console.Out.Flush();
    }

    /// <summary>Says what this process has used up to now.</summary>
    public static void SayUsage() => Say(Usage, Environment.CpuUsage.TotalTime.Ticks, GC.GetTotalAllocatedBytes());
}
