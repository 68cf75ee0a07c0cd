using System.Text;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Tests.Protocol;

/// <summary>
/// Reads datagrams for tests. Every datagram that any test reads is read both ways, so that the short cut of the reader
/// is compared with the full reader wherever a test looks.
/// </summary>
internal static class Wire
{
    public const string Hex =
        "8b292958e838347a14951addc13396edef7c5833e73d41c4160b3132d069771f";

    public static readonly WireLimits Limits = new();

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static ContentId Id(string text)
    {
        Assert.True(ContentId.TryParse(text, out ContentId id), text);
        return id;
    }

    public static PeerAddress Peer(string text)
    {
        Assert.True(PeerAddress.TryParse(text, out PeerAddress peer), text);
        return peer;
    }

    public static (DatagramResult Result, List<WireMessage> Messages) Read(string datagram, WireLimits? limits = null) =>
        Read(Bytes(datagram), limits);

    public static (DatagramResult Result, List<WireMessage> Messages) Read(byte[] datagram, WireLimits? limits = null)
    {
        limits ??= Limits;
        var reader = new DatagramReader(limits);
        DatagramResult result = reader.Read(datagram);
        var slowReader = new DatagramReader(limits);
        DatagramResult slowResult = slowReader.ReadSlowly(datagram);
        Assert.Equal(slowResult, result with { Fast = false });
        Assert.Equal(slowReader.Elements.Length, reader.Elements.Length);
        Assert.Equal(result.Elements, reader.Elements.Length);

        var messages = new List<WireMessage>();
        for (int i = 0; i < reader.Elements.Length; i++)
        {
            AssertSame(slowReader.Elements[i], reader.Elements[i]);
            messages.Add(WireDecode.ToMessage(datagram, reader.Elements[i], limits));
        }

        return (result, messages);
    }

    /// <summary>The one message of a datagram that has one element, which is usable.</summary>
    public static T ReadOne<T>(string element, WireLimits? limits = null)
        where T : WireMessage
    {
        (DatagramResult result, List<WireMessage> messages) = Read($"[{element}]", limits);
        Assert.Equal(DatagramFault.None, result.Fault);
        Assert.Equal(0, result.Skipped);
        return Assert.IsType<T>(Assert.Single(messages));
    }

    /// <summary>The element is skipped, and its neighbours are not.</summary>
    public static void AssertSkipped(string element, WireLimits? limits = null)
    {
        (DatagramResult result, List<WireMessage> messages) = Read(
            $$$"""[{"PleaseSendPeers":{}},{{{element}}},{"AlwaysReturned":1}]""", limits);
        Assert.Equal(new DatagramResult(DatagramFault.None, 2, 1, Fast: false), result);
        Assert.IsType<PleaseSendPeers>(messages[0]);
        Assert.IsType<AlwaysReturned>(messages[1]);
    }

    public static void AssertFault(DatagramFault fault, byte[] datagram, WireLimits? limits = null)
    {
        (DatagramResult result, List<WireMessage> messages) = Read(datagram, limits);
        Assert.Equal(new DatagramResult(fault, 0, 0, Fast: false), result);
        Assert.Empty(messages);
    }

    public static void AssertFault(DatagramFault fault, string datagram, WireLimits? limits = null) =>
        AssertFault(fault, Bytes(datagram), limits);

    /// <summary>A datagram of these messages, and the text of it.</summary>
    public static string Write(params WireMessage[] messages)
    {
        byte[] buffer = new byte[65507];
        var writer = new DatagramWriter(buffer);
        foreach (WireMessage message in messages)
            Assert.True(writer.TryWrite(message), message.ToString());
        Assert.Equal(messages.Length, writer.ElementCount);
        return Encoding.UTF8.GetString(buffer, 0, writer.Finish());
    }

    private static void AssertSame(in WireElement expected, in WireElement actual)
    {
        Assert.Equal(expected.Kind, actual.Kind);
        Assert.Equal(expected.Name, actual.Name);
        Assert.Equal(expected.Payload, actual.Payload);
        Assert.Equal(expected.Id, actual.Id);
        Assert.Equal(expected.Offset, actual.Offset);
        Assert.Equal(expected.Length, actual.Length);
        Assert.Equal(expected.Eof, actual.Eof);
        Assert.Equal(expected.Base64, actual.Base64);
        Assert.Equal(expected.Base64HasEscapes, actual.Base64HasEscapes);
        Assert.Equal(expected.HasUnknownFields, actual.HasUnknownFields);
        Assert.Equal(expected.Peers, actual.Peers);
    }
}
