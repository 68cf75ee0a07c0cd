using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Cjp2p.Benchmarks.Paths;

/// <summary>The system calls of Linux for namespaces and TUN devices. Numbers are those of x86-64 and of 64-bit ARM.</summary>
internal static unsafe partial class NativeCalls
{
    public const int ReadWrite = 2;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int NewNetwork = 0x40000000;
    public const nuint SetInterface = 0x400454ca;
    public const short IsTun = 1;
    public const short NoPacketInfo = 0x1000;
    public const short Readable = 1;
    public const int SetTimerSlack = 29;
    public const int FirstInFirstOut = 1;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    public static partial int SetNamespace(int file, int kind);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(int file, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "read")]
    public static partial nint Read(int file, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write")]
    public static partial nint Write(int file, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "ppoll")]
    public static partial int Wait(WaitFor* files, nuint count, TimeSpec* timeout, void* signals);

    [LibraryImport("libc", EntryPoint = "prctl")]
    public static partial int ControlThread(int option, nuint argument);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    public static partial int SetScheduler(int thread, int policy, int* priority);

    /// <summary>The result, or an exception in the system's words.</summary>
    public static int Check(int result) => result >= 0 ? result : throw new Win32Exception();

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct WaitFor
    {
        public int File;
        public short Events;
        public short Happened;
    }

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
