using System.Runtime.InteropServices;

namespace Cjp2p.Actors.Transport.Linux;

/// <summary>
/// The system calls of Linux that .NET does not offer, with the C library's own names, and the few constants of theirs
/// that are used. Numbers and layouts are those of x86-64 and of 64-bit ARM, where they are the same, for glibc and
/// for musl.
/// </summary>
internal static unsafe partial class LibC
{
    /// <summary>Does not block (flag of a send).</summary>
    public const int MSG_DONTWAIT = 0x40;

    /// <summary>Takes from the queue of errors instead (flag of a receive).</summary>
    public const int MSG_ERRQUEUE = 0x2000;

    /// <summary>The datagram was longer than its buffer (flag of a received message).</summary>
    public const int MSG_TRUNC = 0x20;

    /// <summary>Blocks until the first datagram only, then takes what is there (flag of recvmmsg).</summary>
    public const int MSG_WAITFORONE = 0x10000;

    /// <summary>There is room to send (poll).</summary>
    public const short POLLOUT = 4;

    /// <summary>No more receiving (shutdown).</summary>
    public const int SHUT_RD = 0;

    public const int SOL_SOCKET = 1;
    public const int SO_SNDBUF = 7;
    public const int SO_RCVBUF = 8;
    public const int SO_SNDBUFFORCE = 32;
    public const int SO_RCVBUFFORCE = 33;

    public const int IPPROTO_IP = 0;
    public const int IP_RECVERR = 11;
    public const int IPPROTO_IPV6 = 41;
    public const int IPV6_RECVERR = 25;

    public const ushort AF_INET = 2;
    public const ushort AF_INET6 = 10;

    public const int EINTR = 4;
    public const int EBADF = 9;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int ENONET = 64;
    public const int EPROTO = 71;
    public const int EMSGSIZE = 90;
    public const int ENOPROTOOPT = 92;
    public const int EOPNOTSUPP = 95;
    public const int ENETUNREACH = 101;
    public const int ECONNRESET = 104;
    public const int ENOBUFS = 105;
    public const int ECONNREFUSED = 111;
    public const int EHOSTDOWN = 112;
    public const int EHOSTUNREACH = 113;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int recvmmsg(int socket, MultiMessageHeader* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int sendmmsg(int socket, MultiMessageHeader* messages, uint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setsockopt(int socket, int level, int option, int* value, uint valueBytes);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int shutdown(int socket, int how);

    /// <summary>
    /// Empties the queue of errors of a socket, which takes room from its receive buffer. What they were was reported already,
    /// as the error of a call.
    /// </summary>
    public static void ForgetErrors(int socket)
    {
        const int Count = 16;
        const int RoundsMax = 64;
        MultiMessageHeader* messages = stackalloc MultiMessageHeader[Count];
        new Span<MultiMessageHeader>(messages, Count).Clear();
        for (int i = 0; i < RoundsMax && recvmmsg(socket, messages, Count, MSG_ERRQUEUE | MSG_DONTWAIT, null) == Count; i++)
        {
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollDescriptor* descriptors, nuint count, int timeoutMs);
}

/// <summary><c>struct iovec</c>: where the bytes of a datagram are.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct BufferVector
{
    public byte* Start;
    public nuint Bytes;
}

/// <summary><c>struct msghdr</c>: one datagram, its address, and what the kernel says about it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct MessageHeader
{
    public byte* Name;
    public uint NameBytes;
    public BufferVector* Vectors;
    public nuint VectorCount;
    public void* Control;
    public nuint ControlBytes;
    public int Flags;
}

/// <summary><c>struct mmsghdr</c>: one of many datagrams, and its length once it was received or sent.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MultiMessageHeader
{
    public MessageHeader Header;
    public uint MessageBytes;
}

/// <summary><c>struct pollfd</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    public int Descriptor;
    public short Events;
    public short ReturnedEvents;
}
