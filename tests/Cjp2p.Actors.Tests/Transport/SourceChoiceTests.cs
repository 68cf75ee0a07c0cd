using Cjp2p.Actors.Tests.Doubles;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Transport;

public sealed class SourceChoiceTests
{
    [Theory]
    // Of two private networks the one that the receiver is in.
    [InlineData("192.168.1.9:1", "10.0.0.5:1", "192.168.1.5:1", "192.168.1.5:1")]
    [InlineData("10.9.0.1:1", "10.0.0.5:1", "192.168.1.5:1", "10.0.0.5:1")]
    // Beyond: a public one before a private one, and of several the first.
    [InlineData("8.8.8.8:1", "10.0.0.5:1", "203.0.113.5:1", "203.0.113.5:1")]
    [InlineData("8.8.8.8:1", "198.51.100.5:1", "203.0.113.5:1", "198.51.100.5:1")]
    [InlineData("8.8.8.8:1", "10.0.0.5:1", "192.168.1.5:1", "10.0.0.5:1")]
    // Bound to all: the system chooses.
    [InlineData("8.8.8.8:1", "10.0.0.5:1", "0.0.0.0:1", "0.0.0.0:1")]
    // Loopback stays on the machine.
    [InlineData("127.0.0.2:1", "10.0.0.5:1", "127.0.0.1:1", "127.0.0.1:1")]
    [InlineData("10.0.0.9:1", "127.0.0.1:1", "10.0.0.5:1", "10.0.0.5:1")]
    // Families do not mix.
    [InlineData("[2001:db8::1]:1", "0.0.0.0:1", "[::]:1", "[::]:1")]
    public void Of_two_bound_addresses_the_one_that_suits_is_taken(string to, string first, string second, string chosen)
    {
        var receiver = Datagram.At(to);
        var better = SourceChoice.Rank(Datagram.At(second), receiver) > SourceChoice.Rank(Datagram.At(first), receiver) ? second : first;
        Assert.Equal(chosen, better);
        Assert.True(SourceChoice.Rank(Datagram.At(chosen), receiver) >= 0);
    }

    [Theory]
    [InlineData("127.0.0.1:1", "10.0.0.5:1")]
    [InlineData("0.0.0.0:1", "[2001:db8::1]:1")]
    [InlineData("[::1]:1", "[2001:db8::1]:1")]
    public void What_cannot_be_reached_is_not_tried(string from, string to) =>
        Assert.True(SourceChoice.Rank(Datagram.At(from), Datagram.At(to)) < 0);
}
