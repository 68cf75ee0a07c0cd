using System.Text;

namespace Cjp2p.Benchmarks.Node;

/// <summary>Datagrams that ask for peers.</summary>
internal static class Questions
{
    /// <summary>As the Rust nodes ask somebody whom they do not know: with a cookie to be returned.</summary>
    public static byte[] Unverified { get; } =
        """[{"PleaseSendPeers":{}},{"PleaseAlwaysReturnThisMessage":{"cookie":"0123456789abcdef"}}]"""u8.ToArray();

    /// <summary>With the cookie that the node gave.</summary>
    public static byte[] Verified(string cookie) =>
        Encoding.ASCII.GetBytes($$$"""[{"AlwaysReturned":{"cookie":"{{{cookie}}}"}},{"PleaseSendPeers":{}}]""");

    /// <summary>The cookie that a datagram asks to be returned; null: none.</summary>
    public static string? CookieIn(ReadOnlySpan<byte> datagram)
    {
        var start = datagram.IndexOf("\"PleaseAlwaysReturnThisMessage\":{\"cookie\":\""u8);
        if (start < 0)
            return null;
        var rest = datagram[(start + "\"PleaseAlwaysReturnThisMessage\":{\"cookie\":\"".Length)..];
        var end = rest.IndexOf((byte)'"');
        return end < 0 ? null : Encoding.ASCII.GetString(rest[..end]);
    }
}
