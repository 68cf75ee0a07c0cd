using System.Text;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Transport;

public sealed class UnknownMessagesTests
{
    private static readonly PeerAddress One = PeerAddress.FromIPv4(0x0a000001, 1);
    private static readonly PeerAddress Other = PeerAddress.FromIPv4(0x0a000002, 1);
    private static readonly WireLimits Limits = new(UnknownRawBytesMax: 16);

    private readonly UnknownMessages _unknown = new(Limits, namesMax: 2);

    [Fact]
    public void Each_name_is_counted_with_its_senders_and_first_sample()
    {
        Count(One, """[{"WhoIsHere":{"a":1}}]""", 1);
        Count(Other, """[{"WhoIsHere":{"b":2}}]""", 2);
        var count = Assert.Single(_unknown.Snapshot());
        Assert.Equal("WhoIsHere", count.Name);
        Assert.Equal(2, count.Count);
        Assert.Equal(TimeSpan.FromSeconds(1), count.FirstAt);
        Assert.Equal(TimeSpan.FromSeconds(2), count.LastAt);
        Assert.Equal([One, Other], count.Senders.ToArray());
        Assert.Equal("""{"a":1}""", count.Sample.ToString());
    }

    [Fact]
    public void The_first_eight_senders_are_named_each_once()
    {
        for (ushort port = 1; port <= 9; port++)
        {
            Count(One.WithPort(port), """[{"A":{}}]""", 1);
            Count(One.WithPort(port), """[{"A":{}}]""", 1);
            Assert.Equal(Math.Min(8, (int)port), Assert.Single(_unknown.Snapshot()).Senders.Length);
        }

        var count = Assert.Single(_unknown.Snapshot());
        Assert.Equal(18, count.Count);
        Assert.Equal(Enumerable.Range(1, 8), count.Senders.Select(sender => (int)sender.Port));
    }

    [Fact]
    public void Names_beyond_the_cap_are_counted_together()
    {
        Count(One, """[{"B":{}},{"A":{}},{"C":{}},{"D":{}},{"A":{}}]""", 1);
        Assert.Equal(["A", "B"], _unknown.Snapshot().Select(count => count.Name));
        Assert.Equal([2, 1], _unknown.Snapshot().Select(count => count.Count));
        Assert.Equal(2, _unknown.Others);
    }

    [Fact]
    public void Sample_is_capped()
    {
        Count(One, """[{"Long":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}]""", 1);
        Assert.Equal(16, Assert.Single(_unknown.Snapshot()).Sample.Utf8.Length);
    }

    [Fact]
    public void Fields_of_known_messages_that_we_do_not_know_are_counted_with_the_message_they_came_in()
    {
        const string Asked = """{"id":"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","offset":0,"length":1""";
        Count(One, $$$"""[{"PleaseSendContent":{{{Asked}}},"pri\u006frity":7}},{"Peers":{"peers":[],"you_appear_to_be_at":"x"}}]""", 1);
        Count(Other, $$$"""[{"PleaseSendContent":{{{Asked}}},"priority":[8]}},{"Peers":{"peers":[],"offset":3}}]""", 2);
        Assert.Equal(["Peers.offset", "PleaseSendContent.priority"], _unknown.Snapshot().Select(count => count.Name));
        var field = _unknown.Snapshot()[1];
        Assert.Equal((2, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), "7"), (field.Count, field.FirstAt, field.LastAt, field.Sample.ToString()));
        Assert.Equal([One, Other], field.Senders.ToArray());
    }

    [Fact]
    public void Fields_are_bounded_as_names_are_and_of_one_message_eight_are_looked_at()
    {
        var many = string.Join(',', Enumerable.Range(0, 20).Select(i => $"\"{(char)('a' + i)}\":\"{new string('x', 50)}\""));
        Count(One, $$$"""[{"Peers":{"peers":[],{{{many}}}}}]""", 1);
        Assert.Equal(["Peers.a", "Peers.b"], _unknown.Snapshot().Select(count => count.Name));
        Assert.Equal(6, _unknown.Others);
        Assert.All(_unknown.Snapshot(), count => Assert.Equal(16, count.Sample.Utf8.Length));
        var other = new UnknownMessages(Limits, 2);
        Count(One, $$$"""[{"Peers":{"peers":[],"{{{new string('ü', 200)}}}":1}}]""", 1, other);
        Assert.Equal("Peers." + new string('ü', Limits.NameBytesMax / 2), Assert.Single(other.Snapshot()).Name);
    }

    private void Count(PeerAddress source, string datagram, int seconds, UnknownMessages? unknown = null)
    {
        var bytes = Encoding.UTF8.GetBytes(datagram);
        var reader = new DatagramReader(Limits);
        reader.Read(bytes);
        foreach (ref readonly var element in reader.Elements)
        {
            if (element.Kind == WireMessageKind.Unknown)
                (unknown ?? _unknown).Count(source, bytes, element, TimeSpan.FromSeconds(seconds));
            if (element.HasUnknownFields)
                (unknown ?? _unknown).CountFields(source, bytes, element, TimeSpan.FromSeconds(seconds));
        }
    }
}
