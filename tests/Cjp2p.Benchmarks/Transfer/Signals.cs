using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>Signals to processes that the benchmarks started. Linux only.</summary>
internal static partial class Signals
{
    private const int SigInt = 2;
    private const int SigTerm = 15;

    /// <summary>What Ctrl-C sends.</summary>
    public static void Interrupt(Process process) => _ = Kill(process.Id, SigInt);

    /// <summary>What a service manager sends.</summary>
    public static void Terminate(Process process) => _ = Kill(process.Id, SigTerm);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
