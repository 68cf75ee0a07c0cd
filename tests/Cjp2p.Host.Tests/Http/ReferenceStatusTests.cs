using System.Collections.Immutable;
using System.Text.Json;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Http;

namespace Cjp2p.Host.Tests.Http;

/// <summary>The status in the form of the reference node.</summary>
public sealed class ReferenceStatusTests
{
    [Fact]
    public void Counts_are_of_all_peers_and_the_fast_ones_are_cut_at_a_thousand_the_fastest_first()
    {
        // 1,400 fast ones on 700 IP addresses, 99 slow ones, one of which nothing is known.
        ImmutableArray<PeerRecord> verified =
        [
            .. Enumerable.Range(0, 1400).Select(i => Peer(i / 2, i % 2 + 1, TimeSpan.FromMilliseconds(1400 - i + 0.4))),
            .. Enumerable.Range(2000, 99).Select(i => Peer(i, 1, TimeSpan.FromMilliseconds(1500))),
            Peer(3000, 1, TimeSpan.Zero),
        ];
        var status = NodeQueries.ReferenceStatusOf(new PeerRegistryProtocol.AllPeers(verified, [Peer(0, 9, default).Address, Peer(4000, 9, default).Address]), 77);
        Assert.Equal((1502, 801, 1400, 1400, 77), (status.TotalPeers, status.UniqueIps, status.ActivePeerCount, status.FastPeerCount, status.FreeDiskBytes));
        Assert.Equal(1000, status.ActivePeers.Length);
        using var document = JsonDocument.Parse(JsonSerializer.Serialize(status, HttpJson.Default.ReferenceStatus));
        var active = document.RootElement.GetProperty("active_peers");
        Assert.Equal(1, active[0].GetProperty("delay_ms").GetInt32());
        Assert.Equal(1000, active[999].GetProperty("delay_ms").GetInt32());
    }

    [Fact]
    public void Every_field_of_the_reference_node_is_there_with_its_name_and_kind_and_no_other()
    {
        var status = NodeQueries.ReferenceStatusOf(new PeerRegistryProtocol.AllPeers([Peer(1, 24254, TimeSpan.FromMilliseconds(45.4))], []), 21_474_836_480);
        Assert.Equal(
            $$"""
            {"version":"{{ProgramVersion.Text}}","public_key":"","total_peers":1,"unique_ips":1,"active_peer_count":1,"fast_peer_count":1,
            "active_peers":[{"addr":"10.0.0.1:24254","pub":"","delay_ms":45}],"free_disk_bytes":21474836480}
            """.ReplaceLineEndings(""),
            JsonSerializer.Serialize(status, HttpJson.Default.ReferenceStatus));
    }

    private static PeerRecord Peer(int ip, int port, TimeSpan roundTrip) =>
        new(PeerAddress.FromIPv4(0x0A000000u + (uint)ip, (ushort)port), default, default, default, 0, roundTrip);
}
