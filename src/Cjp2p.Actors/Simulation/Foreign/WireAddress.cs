using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>Addresses as the foreign peers read and write them.</summary>
internal static class WireAddress
{
    public static string Text(IPEndPoint address) => address.ToString();

    /// <summary>As Rust reads a socket address: dotted IPv4 without leading zeros and a port, or [IPv6] and a port.</summary>
    public static IPEndPoint? ParseRust(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !TryPort(text.AsSpan(colon + 1), out int port)) return null;
        ReadOnlySpan<char> host = text.AsSpan(0, colon);
        if (host[0] == '[')
        {
            return host[^1] == ']' && IPAddress.TryParse(host[1..^1], out IPAddress? six)
                && six.AddressFamily == AddressFamily.InterNetworkV6 ? new IPEndPoint(six, port) : null;
        }

        return ParseIPv4(host) is { } four ? new IPEndPoint(four, port) : null;
    }

    /// <summary>Dotted IPv4 of four plain numbers; nothing else.</summary>
    public static IPAddress? ParseIPv4(ReadOnlySpan<char> host)
    {
        Span<byte> bytes = stackalloc byte[4];
        int count = 0;
        foreach (Range range in host.Split('.'))
        {
            ReadOnlySpan<char> part = host[range];
            if (count == 4 || part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0')) return null;
            if (!byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out bytes[count])) return null;
            count++;
        }

        return count == 4 ? new IPAddress(bytes) : null;
    }

    /// <summary>An address that the kernel refuses to send to: port 0, 0.x.y.z but 0.0.0.0, and the classes above multicast.</summary>
    public static bool IsUnsendable(IPEndPoint address)
    {
        if (address.Port == 0) return true;
        if (address.AddressFamily != AddressFamily.InterNetwork) return false;
        byte[] bytes = address.Address.GetAddressBytes();
        return (bytes[0] == 0 && !address.Address.Equals(IPAddress.Any)) || bytes[0] >= 240;
    }

    private static bool TryPort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535 && text.Length <= 5;
}
