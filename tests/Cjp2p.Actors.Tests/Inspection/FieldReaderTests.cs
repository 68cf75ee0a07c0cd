using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Tests.Inspection;

public sealed class FieldReaderTests
{
    private static readonly SocketState State = new("1 open",
        [new EndpointState(PeerAddress.FromIPv4(0x7F000001, 5), true, 1.5, "", 0, 0, 7, 0, 0, 0, 0, 0, 0, 0)]);

    [Theory]
    [InlineData("summary", "1 open")]
    [InlineData("Summary", "1 open")]
    [InlineData("endpoints", "1")]
    [InlineData("endpoints[0].downForSeconds", "1.5")]
    [InlineData("endpoints[0].isOpen", "true")]
    [InlineData("endpoints[0].address", "127.0.0.1:5")]
    [InlineData("endpoints[1]", "null")]
    [InlineData("", null)]
    [InlineData("nothing", null)]
    [InlineData("endpoints[", null)]
    [InlineData("endpoints[-1].reason", null)]
    [InlineData("endpoints[x]", null)]
    [InlineData("endpoints[1].reason", null)]
    [InlineData("summary[0]", null)]
    [InlineData("a.b.c.d.e.f.g.h.i", null)]
    public void Field_is_read_by_its_name(string field, string? value) => Assert.Equal(value, FieldReader.Read(State, field));
}
