using System.Collections.Immutable;
using System.Text;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Transport;

public sealed class PeersAnswerTests
{
    private const int PeersMax = 3;
    private static readonly PeerAddress Asker = Datagram.At("10.9.9.9:1");
    private readonly PeersAnswer _answer = new(PeersMax);

    [Fact]
    public void Sample_is_told_as_it_would_be_written_anew() =>
        Assert.Equal("""[{"Peers":{"peers":["10.0.0.1:24254","10.0.0.2:24254"]}}]""", Answer(Sample(1, 2), Asker));

    [Fact]
    public void Another_sample_is_another_answer()
    {
        Answer(Sample(1), Asker);
        Assert.Equal("""[{"Peers":{"peers":["10.0.0.7:24254"]}}]""", Answer(Sample(7), Asker));
        Assert.Equal("""[{"Peers":{"peers":[]}}]""", Answer([], Asker));
    }

    [Fact]
    public void No_more_peers_are_told_than_allowed()
    {
        Assert.Contains("10.0.0.3:", Answer(Sample(1, 2, 3), Asker), StringComparison.Ordinal);
        Assert.DoesNotContain("10.0.0.4:", Answer(Sample(1, 2, 3, 4), Asker), StringComparison.Ordinal);
    }

    [Fact]
    public void Ipv6_peers_are_not_told_to_who_came_by_ipv4() =>
        Assert.Equal("""[{"Peers":{"peers":["10.0.0.1:24254"]}}]""", Answer([Datagram.At("[2a01::1]:24254"), .. Sample(1)], Asker));

    [Fact]
    public void Who_is_in_the_sample_or_came_by_ipv6_or_has_too_little_room_gets_an_answer_of_its_own()
    {
        Assert.Null(Answer(Sample(1, 2), Datagram.At("10.0.0.2:24254")));
        Assert.Null(Answer(Sample(1, 2), Datagram.At("[2a01::1]:24254")));
        Assert.Null(Answer(Sample(1, 2), Asker, room: """[{"Peers":{"peers":["10.0.0.1:24254","10.0.0.2:24254"]}}]""".Length - 1));
        Assert.NotNull(Answer(Sample(1, 2), Asker, room: """[{"Peers":{"peers":["10.0.0.1:24254","10.0.0.2:24254"]}}]""".Length));
    }

    private string? Answer(ImmutableArray<PeerAddress> sample, in PeerAddress to, int room = 1024)
    {
        var buffer = new byte[room];
        var writer = new DatagramWriter(buffer);
        if (!_answer.TryWrite(ref writer, sample, to))
        {
            Assert.Equal(0, writer.ElementCount);
            return null;
        }

        return Encoding.UTF8.GetString(buffer.AsSpan(0, writer.Finish()));
    }

    private static ImmutableArray<PeerAddress> Sample(params ReadOnlySpan<int> last)
    {
        var sample = ImmutableArray.CreateBuilder<PeerAddress>();
        foreach (var number in last)
            sample.Add(Datagram.At($"10.0.0.{number}:24254"));
        return sample.ToImmutable();
    }
}
