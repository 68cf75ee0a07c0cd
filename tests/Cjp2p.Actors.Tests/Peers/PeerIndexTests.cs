using System.Runtime.CompilerServices;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using CsCheck;

namespace Cjp2p.Actors.Tests.Peers;

public sealed class PeerIndexTests
{
    [Fact]
    public void Table_finds_what_a_dictionary_would_find_after_any_additions_and_removals() =>
        Gen.Select(Gen.Bool, Gen.UShort[0, 600]).Array[0, 2000].Sample(
            steps =>
            {
                var table = new PeerTable(NodeSettings.Default.Peers with { PeersMax = 10_000 });
                var random = new Random(1);
                var expected = new HashSet<PeerAddress>();
                foreach (var (isAdded, number) in steps)
                {
                    var address = Address(number);
                    if (isAdded)
                        Assert.Equal(expected.Add(address), table.AddVerified(address, TimeSpan.Zero, random));
                    else
                        Assert.Equal(expected.Remove(address), table.Remove(address, TimeSpan.Zero, "of the test"));
                }

                for (uint number = 0; number <= 600; number++)
                    Assert.Equal(expected.Contains(Address(number)), table.Contains(Address(number)));
                Assert.Equal(expected, [.. table.Peers.Select(peer => peer.Address)]);
            },
            iter: 200);

    // What the benchmark "questions" measures of a million, without a clock and without a million.
    [Fact]
    public void A_peer_costs_less_than_100_bytes_of_the_table()
    {
        const int IndexBytesMost = sizeof(int) * 8 / 3;
        Assert.True(Unsafe.SizeOf<PeerRecord>() + IndexBytesMost < 100);
        Assert.Equal(64, Unsafe.SizeOf<PeerRecord>());
    }

    private static PeerAddress Address(uint number) => PeerAddress.FromIPv4(0x0A00_0000 + number / 7, (ushort)(1000 + number % 7));
}
