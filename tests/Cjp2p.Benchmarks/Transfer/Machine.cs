using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>What figures have to say about where and when they come from.</summary>
internal static class Machine
{
    /// <summary>Cores and kind of processor.</summary>
    public static string Kind => $"{Environment.ProcessorCount} cores, {Processor()}, {RuntimeInformation.OSDescription}";

    /// <summary>Processes that wanted to run in the last minute, as the system counts them; above the cores, it is busy.</summary>
    public static string Load => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    /// <summary>The day.</summary>
    public static string Date => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The commit that is checked out, marked when files differ from it; "unknown" outside of a repository.</summary>
    public static string Commit
    {
        get
        {
            try
            {
                var start = new ProcessStartInfo("git", ["describe", "--always", "--dirty", "--abbrev=7"])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                };
                using var git = Process.Start(start)!;
                var commit = git.StandardOutput.ReadToEnd().Trim();
                git.WaitForExit();
                return git.ExitCode == 0 ? commit : "unknown";
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return "unknown";
            }
        }
    }

    private static string Processor()
    {
        const string Key = "model name";
        var line = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))
            : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':') + 1)..].Trim();
    }
}
