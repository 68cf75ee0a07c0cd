using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Cjp2p.Host.Tests.Interop;

/// <summary>A socket whose datagrams the test writes and reads itself.</summary>
internal sealed partial class RawPeer : IDisposable
{
    private readonly Socket _socket;
    private readonly IPEndPoint _node;

    /// <param name="node">Whom it talks to.</param>
    public RawPeer(IPEndPoint node)
    {
        _node = node;
        _socket = new Socket(node.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        var four = node.AddressFamily == AddressFamily.InterNetwork;
        _socket.Bind(new IPEndPoint(four ? IPAddress.Loopback : IPAddress.IPv6Loopback, 0));
    }

    public IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

    public async Task SendAsync(string datagram) => await _socket.SendToAsync(Encoding.UTF8.GetBytes(datagram), _node);

    public async Task<string> ReceiveAsync()
    {
        var buffer = new byte[65536];
        using var patience = new CancellationTokenSource(InteropWorld.Patience);
        return Encoding.UTF8.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, patience.Token));
    }

    /// <summary>Sends, and returns what comes next.</summary>
    public async Task<string> ExchangeAsync(string datagram)
    {
        await SendAsync(datagram);
        return await ReceiveAsync();
    }

    /// <summary>Gets the node's cookie for this peer.</summary>
    public async Task<string> GetCookieAsync() => Cookie(await ExchangeAsync("""[{"PleaseSendPeers":{}}]"""));

    /// <summary>Becomes a verified peer of the node; returns its cookie.</summary>
    public async Task<string> VerifyAsync()
    {
        var cookie = await GetCookieAsync();
        Assert.DoesNotContain("PleaseAlwaysReturnThisMessage", await ExchangeAsync(
            $$$"""[{"AlwaysReturned":{"cookie":"{{{cookie}}}"}},{"PleaseSendPeers":{}}]"""), StringComparison.Ordinal);
        return cookie;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>The cookie that a datagram asks to return.</summary>
    public static string Cookie(string datagram) => CookieRequest().Match(datagram).Groups[1].Value;

    [GeneratedRegex("""\{"PleaseAlwaysReturnThisMessage":\{"cookie":"([0-9a-f]{16})"\}\}""")]
    private static partial Regex CookieRequest();
}
