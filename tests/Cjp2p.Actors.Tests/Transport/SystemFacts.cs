using System.Net;
using System.Net.Sockets;

namespace Cjp2p.Actors.Tests.Transport;

/// <summary>A test that needs the IPv6 loopback address; says so where there is none.</summary>
public sealed class IPv6FactAttribute : FactAttribute
{
    public IPv6FactAttribute()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        }
        catch (SocketException error)
        {
            Skip = $"no IPv6 loopback here: {error.SocketErrorCode}";
        }
    }
}

/// <summary>A test of something that only Linux has.</summary>
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip = "needs Linux";
        }
    }
}
