using System.Net.Sockets;
using System.Text;

namespace Cjp2p.Host;

/// <summary>Tells systemd how the service is (Type=notify): a datagram to the socket that NOTIFY_SOCKET names. Without one, nothing.</summary>
internal static class SystemdNotify
{
    /// <summary>It listens.</summary>
    public static void Ready() => Send("READY=1");

    /// <summary>It is being stopped.</summary>
    public static void Stopping() => Send("STOPPING=1");

    private static void Send(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 0 } name)
            return;
        try
        {
            // A name that begins with @ is in the abstract namespace.
            var path = name[0] == '@' ? "\0" + name[1..] : name;
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.SendTo(Encoding.ASCII.GetBytes(state), new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            // Nobody listens there: the service is none of systemd's.
        }
    }
}
