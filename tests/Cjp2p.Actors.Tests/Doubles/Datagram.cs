using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Tests.Doubles;

/// <summary>Datagrams from messages and back.</summary>
internal static class Datagram
{
    public static byte[] Of(params WireMessage[] messages)
    {
        var buffer = new byte[65_507];
        var writer = new DatagramWriter(buffer);
        foreach (var message in messages)
            Assert.True(writer.TryWrite(message), message.ToString());
        return buffer[..writer.Finish()];
    }

    public static IReadOnlyList<WireMessage> Read(byte[] datagram)
    {
        var limits = new WireLimits();
        var reader = new DatagramReader(limits);
        Assert.Equal(DatagramFault.None, reader.Read(datagram).Fault);
        var messages = new List<WireMessage>();
        foreach (ref readonly var element in reader.Elements)
            messages.Add(WireDecode.ToMessage(datagram, element, limits));
        return messages;
    }

    public static PeerAddress At(string text) =>
        PeerAddress.TryParse(text, out var address) ? address : throw new FormatException(text);

    /// <summary>What a node asks an address to return, as it is now.</summary>
    public static RawJson CookieOf(NodeServices node, PeerAddress source)
    {
        var cookie = new byte[CookieIssuer.CookieBytes];
        node.Cookies.Write(source, node.Clock.Now, cookie);
        return Raw($$"""{"cookie":"{{System.Text.Encoding.ASCII.GetString(cookie)}}"}""");
    }

    public static RawJson Raw(string json) => RawJson.CopyOf(System.Text.Encoding.UTF8.GetBytes(json));
}
