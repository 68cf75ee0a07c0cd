using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// The cookies at the head of what we send: before anything else, because the Rust nodes handle elements in order, and
/// with first claim on the room, because a source that never gets ours can never verify itself (LCDP quick start).
/// </summary>
internal static class ReplyHead
{
    /// <summary>Writes our request for a cookie (if wanted) and the cookie that the receiver gave us (if any).</summary>
    /// <param name="writer">An empty datagram.</param>
    /// <param name="node">The node.</param>
    /// <param name="to">Who is written to.</param>
    /// <param name="giveCookie">Whether to ask for the return of our cookie.</param>
    /// <param name="echo">Raw JSON to return; empty: what is kept for the receiver.</param>
    public static void Write(
        ref DatagramWriter writer, NodeServices node, in PeerAddress to, bool giveCookie, ReadOnlySpan<byte> echo)
    {
        if (giveCookie)
        {
            Span<byte> cookie = stackalloc byte[CookieIssuer.CookieBytes];
            node.Cookies.Write(to, node.Clock.Now, cookie);
            writer.TryWriteCookieRequest(cookie);
        }

        if (echo.IsEmpty)
            echo = node.Jar.Find(to);
        if (!echo.IsEmpty)
            writer.TryWriteAlwaysReturned(echo);
    }
}
