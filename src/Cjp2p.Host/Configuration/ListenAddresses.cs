using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Host.Configuration;

/// <summary>Where to listen may be said by the name of an interface, too: <c>eth0:24254</c> is each address that it has.</summary>
internal static class ListenAddresses
{
    /// <summary>The addresses that a text names; or a line that says why it names none.</summary>
    public static bool TryExpand(string text, out PeerAddress[] addresses, out string problem)
    {
        problem = "";
        if (PeerAddress.TryParse(text, out var one))
        {
            addresses = [one];
            return true;
        }

        addresses = [];
        var colon = text.LastIndexOf(':');
        // A text that begins with a digit or a bracket was meant to be an address.
        if (colon <= 0 || char.IsAsciiDigit(text[0]) || text[0] == '['
            || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            problem = $"'{text}': an address is ip:port, [ipv6]:port or interface:port, such as 127.0.0.1:24254 or eth0:24254";
            return false;
        }

        var name = text[..colon];
        NetworkInterface[] all;
        try
        {
            all = NetworkInterface.GetAllNetworkInterfaces();
        }
        catch (NetworkInformationException e)
        {
            problem = $"'{text}': the interfaces of this machine cannot be listed: {e.Message}";
            return false;
        }

        if (Array.Find(all, candidate => candidate.Name == name) is not { } found)
        {
            problem = $"'{text}': there is no interface {name}, but {string.Join(", ", all.Select(other => other.Name).Order(StringComparer.Ordinal))}";
            return false;
        }

        addresses =
        [
            .. found.GetIPProperties().UnicastAddresses.Select(unicast => unicast.Address)
                // Link-local ones need the number of the interface in each datagram: who wants them names them.
                .Where(ip => ip.AddressFamily == AddressFamily.InterNetwork
                    || (ip.AddressFamily == AddressFamily.InterNetworkV6 && !ip.IsIPv6LinkLocal))
                .Select(ip => PeerAddress.FromEndPoint(new IPEndPoint(ip, port))).Distinct(),
        ];
        if (addresses.Length > 0)
            return true;
        problem = $"'{text}': the interface {name} has no address";
        return false;
    }
}
