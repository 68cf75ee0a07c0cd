using System.Net.NetworkInformation;
using System.Net.Sockets;
using Cjp2p.Host.Configuration;

namespace Cjp2p.Host.Tests.Configuration;

public sealed class ListenAddressesTests
{
    private static readonly NetworkInterface Loopback =
        NetworkInterface.GetAllNetworkInterfaces().First(one => one.NetworkInterfaceType == NetworkInterfaceType.Loopback);

    [Theory]
    [InlineData("127.0.0.1:24254")]
    [InlineData("[::1]:0")]
    public void Address_is_itself(string text)
    {
        Assert.True(ListenAddresses.TryExpand(text, out var addresses, out _));
        Assert.Equal(text, Assert.Single(addresses).ToString());
    }

    [Fact]
    public void Interface_is_each_of_its_addresses_with_that_port()
    {
        Assert.True(ListenAddresses.TryExpand($"{Loopback.Name}:4711", out var addresses, out _));
        Assert.Contains("127.0.0.1:4711", addresses.Select(address => address.ToString()));
        Assert.Equal(
            Loopback.GetIPProperties().UnicastAddresses
                .Count(one => one.Address.AddressFamily == AddressFamily.InterNetwork || !one.Address.IsIPv6LinkLocal),
            addresses.Length);
    }

    [Theory]
    [InlineData("127.0.0.1", "an address is ip:port")]
    [InlineData("127.0.0.1:99999", "an address is ip:port")]
    [InlineData("[::1:5", "an address is ip:port")]
    [InlineData("eth0", "an address is ip:port")]
    [InlineData(":5", "an address is ip:port")]
    [InlineData("no-such-interface:5", "there is no interface no-such-interface, but ")]
    public void What_names_nothing_is_one_line(string text, string line)
    {
        Assert.False(ListenAddresses.TryExpand(text, out var addresses, out var problem));
        Assert.Empty(addresses);
        Assert.StartsWith($"'{text}': {line}", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Configuration_may_name_an_interface_and_is_blamed_for_one_that_is_not_there()
    {
        var settings = HostSettings.Load(Sources(new Setting("cjp2p.listen", $"[\"{Loopback.Name}:4711\"]", "node.conf, line 3")));
        Assert.Contains("127.0.0.1:4711", settings.Node.Listen.Select(address => address.ToString()));
        var wrong = Assert.Throws<UserException>(
            () => HostSettings.Load(Sources(new Setting("cjp2p.listen", "[\"nope:1\"]", "node.conf, line 3"))));
        Assert.StartsWith("node.conf, line 3: cjp2p.listen: 'nope:1': there is no interface nope, but ", wrong.Message, StringComparison.Ordinal);
    }

    private static SettingsSources Sources(params Setting[] commandLine) => new(commandLine, new Dictionary<string, string>(), null, false, []);
}
