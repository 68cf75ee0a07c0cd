using System.Runtime.InteropServices;

namespace Cjp2p.Actors.Transport.Linux;

/// <summary>What the error numbers of the socket calls mean to a transport.</summary>
internal static class SocketErrors
{
    /// <summary>
    /// Errors of receiving that somebody else's ICMP message caused. The kernel reports each of them once, so going on
    /// does not spin.
    /// </summary>
    public static bool IsFromIcmp(int errno) => errno is LibC.ECONNREFUSED or LibC.ECONNRESET or LibC.EHOSTUNREACH
        or LibC.ENETUNREACH or LibC.EHOSTDOWN or LibC.ENONET or LibC.EPROTO or LibC.ENOPROTOOPT or LibC.EMSGSIZE
        or LibC.EOPNOTSUPP or LibC.EACCES;

    /// <summary>Nothing was received, and nothing is wrong.</summary>
    public static bool IsNothing(int errno) => errno is LibC.EINTR or LibC.EAGAIN;

    /// <summary>Why a datagram was not sent. All errors that are not listed are the datagram's own fault, or final.</summary>
    public static SendProblem OfSend(int errno) => errno switch
    {
        LibC.EAGAIN => SendProblem.Full,
        LibC.ENOBUFS or LibC.ENOMEM => SendProblem.NoMemory,
        LibC.ECONNREFUSED or LibC.ECONNRESET or LibC.EPROTO or LibC.ENOPROTOOPT or LibC.EHOSTDOWN or LibC.EHOSTUNREACH
            or LibC.ENETUNREACH or LibC.EACCES => SendProblem.EarlierDatagram,
        _ => SendProblem.Refused,
    };

    public static string Describe(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (error {errno})";
}
