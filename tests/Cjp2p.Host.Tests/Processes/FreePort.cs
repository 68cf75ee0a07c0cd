using System.Net;
using System.Net.Sockets;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>A port that nobody has at the moment, for a node that shall be where it was when it comes again.</summary>
internal static class FreePort
{
    public static int Udp()
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
    }
}
