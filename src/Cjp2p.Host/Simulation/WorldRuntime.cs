using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Cjp2p.Host.Simulation;

/// <summary>
/// The settings of the runtime for a simulated world. A node is to be small and to start at once; a world is one large heap that is
/// touched everywhere, so that each collection costs much however little it finds: few of them, on all processors.
/// </summary>
/// <remarks>
/// The runtime reads them when it starts and never again, so the program starts itself over, which takes a twentieth of a second.
/// On systems other than Linux, and where the user has chosen a collector, all stays as it is.
/// </remarks>
internal static partial class WorldRuntime
{
    private const string Chosen = "DOTNET_gcServer";
    private const int HeapsMax = 4;
    private const long GarbageBytesMin = 64L << 20;
    private const long GarbageBytesMax = 1024L << 20;

    /// <summary>Starts this process over with <see cref="Settings"/>, unless it has been.</summary>
    public static void StartOver()
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(Chosen) is not null)
            return;
        try
        {
            var settings = Settings(Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
            Execute("/proc/self/exe", Strings("/proc/self/cmdline"), [.. Strings("/proc/self/environ"), .. settings]);
        }
        catch (IOException)
        {
            // No /proc: it goes on as it is, and is slower.
        }
    }

    /// <summary>What the environment of the process gets, <c>NAME=value</c>; the runtime reads the values as hexadecimal.</summary>
    /// <param name="processors">Processors of the machine, from 1.</param>
    /// <param name="memoryBytes">Its memory, or what a container may use of it.</param>
    internal static IReadOnlyList<string> Settings(int processors, long memoryBytes)
    {
        var heaps = Math.Min(processors, HeapsMax);
        var garbage = Math.Clamp(memoryBytes / 16, GarbageBytesMin, GarbageBytesMax) / heaps;
        return
        [
            $"{Chosen}=1",
            "DOTNET_gcConcurrent=0",
            Text("GCHeapCount", heaps),
            Text("GCGen0Size", garbage),
            Text("GCGen0MaxBudget", garbage),
        ];

        static string Text(string name, long value) => string.Create(CultureInfo.InvariantCulture, $"DOTNET_{name}={value:X}");
    }

    private static string[] Strings(string file) =>
        Encoding.UTF8.GetString(File.ReadAllBytes(file)).Split('\0', StringSplitOptions.None)[..^1];

    private static void Execute(string program, string?[] arguments, string?[] environment) =>
        _ = Execve(program, [.. arguments, null], [.. environment, null]);

    // Returns only when it fails.
    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execve(string program, string?[] arguments, string?[] environment);
}
