using System.Net.Sockets;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>Opens bound UDP sockets and says in one line why one could not be opened.</summary>
internal static class UdpSocket
{
    /// <summary>
    /// Binds a blocking socket. An IPv6 socket is for IPv6 only: a node opens one socket for each address it listens on,
    /// so a wildcard of one family must not take the port of the other, and a peer has one address, not two.
    /// </summary>
    /// <exception cref="TransportException">With one line for the user.</exception>
    public static Socket Open(in PeerAddress listen)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(SocketAddressBytes.Family(listen.IsIPv6), SocketType.Dgram, ProtocolType.Udp);
            if (listen.IsIPv6)
            {
                socket.DualMode = false;
            }

            if (OperatingSystem.IsWindows())
            {
                socket.ExclusiveAddressUse = true;
            }

            socket.Bind(listen.ToEndPoint());
            return socket;
        }
        catch (SocketException error)
        {
            socket?.Dispose();
            throw new TransportException(Describe(error, listen), error);
        }
    }

    /// <summary>One line for the user about a socket that could not be opened.</summary>
    public static string Describe(SocketException error, in PeerAddress listen)
    {
        string address = listen.ToEndPoint().Address.ToString();
        return error.SocketErrorCode switch
        {
            SocketError.AddressAlreadyInUse => $"UDP port {listen.Port} on {address} is already in use",
            SocketError.AddressNotAvailable => $"this machine has no address {address}",
            SocketError.AccessDenied => $"no permission to bind to UDP port {listen.Port} on {address}",
            SocketError.AddressFamilyNotSupported or SocketError.ProtocolFamilyNotSupported
                or SocketError.ProtocolNotSupported =>
                $"this machine has no {(listen.IsIPv6 ? "IPv6" : "IPv4")}, so {listen} cannot be listened on",
            SocketError.TooManyOpenSockets => $"cannot listen on {listen}: too many open files",
            SocketError.InvalidArgument when listen.IsIPv6 && listen.IsLinkLocal && listen.ScopeId == 0 =>
                $"the link-local address {address} needs the number of its interface, as in [{address}%2]:{listen.Port}",
            _ => $"cannot listen on {listen}: {OneLine(error.Message)}",
        };
    }

    /// <summary>A message of somebody else, for the middle of a line of ours.</summary>
    public static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
