using System.Net;
using Cjp2p.Host.Tests.Processes;

namespace Cjp2p.Host.Tests.Networks;

/// <summary>Whole programs in networks of the test's own making: behind NATs, on a LAN, on several addresses of both families.</summary>
public sealed class ReachabilityTests : IDisposable
{
    private static readonly string[] Quick =
        ["--set", "peers.discovery-min=200ms", "--set", "peers.discovery-max=1s", "--set", "peers.lan-every=1s"];

    private readonly TemporaryFolder _folder = new();
    private readonly List<NetworkNamespace> _networks = [];

    public void Dispose()
    {
        foreach (var network in _networks)
            network.Dispose();
        _folder.Dispose();
    }

    [NamespaceFact]
    public async Task Two_nodes_behind_two_NATs_reach_each_other_once_a_third_has_told_each_of_the_other()
    {
        var wide = Network();
        wide.Ip("link", "add", "wide", "type", "bridge");
        wide.Up("wide", "203.0.113.254/24");
        var left = Behind(wide, 1);
        var right = Behind(wide, 2);
        await using var third = Start(wide, "third", "--listen", "203.0.113.254:24254", "--no-http");
        await third.ListeningAsync();
        _folder.Folder("left/shared");
        var id = _folder.File("left/shared/content", 3 << 20, seed: 1);
        await using var leftNode = Start(left, "left", "--listen", "10.1.0.2:24254", "--no-http", "--peer", "203.0.113.254:24254");
        await using var rightNode = Start(
            right, "right", "--listen", "10.2.0.2:24254", "--http", "127.0.0.1:24255", "--peer", "203.0.113.254:24254");
        await NewPeerAsync(leftNode, "203.0.113.2:24254");
        await NewPeerAsync(rightNode, "203.0.113.1:24254");
        // What it looks like from outside it has learned from the third.
        await leftNode.WaitForErrorAsync(line => line.Contains("sees this node at 203.0.113.1:24254", StringComparison.Ordinal));

        await using var get = Cjp2pProcess.StartIn(right.Name, _folder.In("right"), "get", id, "-o", "got", "--node", "127.0.0.1:24255");
        var outcome = await get.WaitForExitAsync();
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(id, _folder.IdOf("right/got"));
    }

    [NamespaceFact]
    public async Task Nodes_on_one_LAN_find_each_other_without_being_told_of_anybody_if_they_are_to()
    {
        var (a, b) = Lan();
        await using var first = Start(a, "a", "--listen", "0.0.0.0:24254", "--no-http", "--set", "peers.lan-discovery=on");
        await using var second = Start(b, "b", "--listen", "0.0.0.0:24254", "--no-http", "--set", "peers.lan-discovery=on");
        await NewPeerAsync(first, "192.168.77.2:24254");
        await NewPeerAsync(second, "192.168.77.1:24254");
    }

    [NamespaceFact]
    public async Task Node_that_listens_on_an_interface_serves_each_of_its_addresses_of_both_families_and_no_other()
    {
        var (a, b) = Lan();
        a.Address("lan", "10.77.0.1/16");
        a.Address("lan", "2001:db8:77::1/64");
        b.Address("lan", "10.77.0.2/16");
        b.Address("lan", "2001:db8:77::2/64");
        _folder.Folder("a/shared");
        var id = _folder.File("a/shared/content", 1 << 20, seed: 1);
        await using var node = Start(a, "a", "--listen", "lan:24254", "--no-http");
        await node.WaitForErrorAsync(line => line.Contains("Sharing 1 file,", StringComparison.Ordinal));
        await Until.TrueAsync(() => node.Output.Count == 3, Cjp2pProcess.Bound);
        Assert.Equal(
            ["10.77.0.1:24254", "192.168.77.1:24254", "[2001:db8:77::1]:24254"],
            node.Output.Select(line => line["listening on udp ".Length..]).Order(StringComparer.Ordinal));
        _folder.Folder("b");
        foreach (var (listen, peer) in new[]
        {
            ("192.168.77.2:0", "192.168.77.1:24254"), ("10.77.0.2:0", "10.77.0.1:24254"), ("[2001:db8:77::2]:0", "[2001:db8:77::1]:24254"),
        })
        {
            await using var get = Cjp2pProcess.StartIn(b.Name, _folder.In("b"), "get", id, "--listen", listen, "--peer", peer, "-o", "got");
            var outcome = await get.WaitForExitAsync();
            Assert.True(outcome.ExitCode == 0, $"{peer}: {outcome}");
            File.Delete(_folder.In("b", "got"));
        }

        await using var local = Cjp2pProcess.StartIn(
            a.Name, _folder.In("b"), "get", id, "--listen", "127.0.0.1:0", "--peer", "127.0.0.1:24254", "-o", "got", "--timeout", "2");
        Assert.Equal(1, (await local.WaitForExitAsync()).ExitCode);
    }

    private static Task<string> NewPeerAsync(Cjp2pProcess node, string address) =>
        node.WaitForErrorAsync(line => line.Contains($"New peer {IPEndPoint.Parse(address)},", StringComparison.Ordinal));

    private Cjp2pProcess Start(NetworkNamespace network, string folder, params string[] arguments)
    {
        _folder.Folder(folder);
        return Cjp2pProcess.StartIn(network.Name, _folder.In(folder), ["run", "--plain", "--verbose", .. Quick, .. arguments]);
    }

    // A host in a network of its own behind a router that is linked to the wide one.
    private NetworkNamespace Behind(NetworkNamespace wide, int number)
    {
        var router = Network();
        NetworkNamespace.Link(router, "out", $"203.0.113.{number}/24", wide, $"router{number}", null);
        wide.Ip("link", "set", $"router{number}", "master", "wide");
        var host = Network();
        NetworkNamespace.Link(host, "home", $"10.{number}.0.2/24", router, "in", $"10.{number}.0.1/24");
        host.Ip("route", "add", "default", "via", $"10.{number}.0.1");
        router.Translate("out");
        return host;
    }

    private (NetworkNamespace A, NetworkNamespace B) Lan()
    {
        var (a, b) = (Network(), Network());
        NetworkNamespace.Link(a, "lan", "192.168.77.1/24", b, "lan", "192.168.77.2/24");
        return (a, b);
    }

    private NetworkNamespace Network()
    {
        var made = new NetworkNamespace();
        _networks.Add(made);
        return made;
    }
}
