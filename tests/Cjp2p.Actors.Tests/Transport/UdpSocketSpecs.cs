using System.Net.Sockets;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Transport;

/// <summary>The lines for the user that a test cannot make a kernel give a reason for, as root or without root.</summary>
public sealed class UdpSocketSpecs
{
    [Theory]
    [InlineData(SocketError.AddressAlreadyInUse, "127.0.0.1:24254", "UDP port 24254 on 127.0.0.1 is already in use")]
    [InlineData(SocketError.AddressNotAvailable, "10.1.2.3:24254", "this machine has no address 10.1.2.3")]
    [InlineData(SocketError.AddressNotAvailable, "[2001:db8::1]:24254", "this machine has no address 2001:db8::1")]
    [InlineData(SocketError.AccessDenied, "0.0.0.0:80", "no permission to bind to UDP port 80 on 0.0.0.0")]
    [InlineData(SocketError.AddressFamilyNotSupported, "[::]:24254",
        "this machine has no IPv6, so [::]:24254 cannot be listened on")]
    [InlineData(SocketError.TooManyOpenSockets, "0.0.0.0:24254", "cannot listen on 0.0.0.0:24254: too many open files")]
    [InlineData(SocketError.InvalidArgument, "[fe80::1]:24254",
        "the link-local address fe80::1 needs the number of its interface, as in [fe80::1%2]:24254")]
    public void Reason_is_one_line_for_the_user(SocketError code, string listen, string line)
    {
        Assert.True(PeerAddress.TryParse(listen, out PeerAddress address));

        Assert.Equal(line, UdpSocket.Describe(new SocketException((int)code), address));
    }

    [Fact]
    public void Reason_that_is_not_known_is_the_systems_own_in_the_same_line()
    {
        PeerAddress address = PeerAddress.FromIPv4(0x7F000001, 5);

        string line = UdpSocket.Describe(new SocketException((int)SocketError.NoBufferSpaceAvailable, "no\nroom\n"), address);

        Assert.Equal("cannot listen on 127.0.0.1:5: no room", line);
    }
}
