using System.Text;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>Bytes that are no datagram of the protocol, or that almost are, up to the largest that UDP carries.</summary>
internal sealed class GarbageScript(HostileTarget target) : HostileScript
{
    private const int BytesMax = 65_507;

    private static readonly byte[][] Nearly = [.. new[]
    {
        "[]", "{}", "[", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "null", "[null,1,\"a\",[]]", "[{}]", "[{\"Content\":{}}]",
        "[{\"Content\":{\"id\":\"x\",\"offset\":-1,\"base64\":\"\",\"eof\":-1}}]",
        "[{\"Content\":{\"id\":\"\\ud800\",\"offset\":1e400,\"base64\":\"!!!!\",\"eof\":99999999999999999999}}]",
        "[{\"PleaseSendContent\":{\"id\":\"../../etc/passwd\",\"offset\":0,\"length\":4096}}]",
        "[{\"PleaseSendContent\":{\"id\":\"a\",\"offset\":9223372036854775807,\"length\":9223372036854775807}}]",
        "[{\"Peers\":{\"peers\":[1,null,\":\",\"1.2.3.4:0\",\"999.1.1.1:1\",\"[::1]:99999\"]}}]",
        "[{\"AlwaysReturned\":{\"cookie\":{\"cookie\":{\"cookie\":{}}}}}]", "[{\"AlwaysReturned\":null},{\"ReturnedMessage\":7}]",
        "[{\"PleaseReturnThisMessage\":\"\\u0000\\u0000\"}]", "[{\"MaybeTheyHaveSome\":{\"id\":0,\"peers\":{}}}]",
        "[{\"PleaseSendPeers\":{},\"PleaseSendPeers\":{}}]", "\uFEFF[]",
    }.Select(Encoding.UTF8.GetBytes)];

    private readonly byte[] _room = new byte[BytesMax];
    private byte[] _heard = [];

    internal override int DatagramsPerTurn => 20;

    internal override void Hear(in PeerAddress source, ReadOnlySpan<byte> datagram) => _heard = datagram.ToArray();

    internal override void SendOne(Random random, IHostileMouth mouth)
    {
        if (target.Victims.IsEmpty)
            return;
        mouth.Send(HostilePeer.Port, target.Victims[random.Next(target.Victims.Length)], Make(random));
    }

    private ReadOnlySpan<byte> Make(Random random)
    {
        switch (random.Next(6))
        {
            case 0:
                var noise = _room.AsSpan(0, random.Next(200));
                random.NextBytes(noise);
                return noise;
            case 1:
                return Repeated("[", random.Next(1, 2000));
            case 2:
                return Repeated("[{\"a\":", random.Next(1, 2000));
            case 3 when random.Next(10) == 0:
                return _room.AsSpan(0, BytesMax);
            case 4 when _heard.Length > 0:
                _heard.CopyTo(_room, 0);
                for (var i = random.Next(1, 4); i > 0; i--)
                    _room[random.Next(_heard.Length)] ^= (byte)(1 << random.Next(8));
                return _room.AsSpan(0, random.Next(_heard.Length + 1));
            default:
                return Nearly[random.Next(Nearly.Length)];
        }
    }

    private Span<byte> Repeated(string text, int times)
    {
        var bytes = 0;
        for (; times > 0; times--)
            bytes += Encoding.ASCII.GetBytes(text, _room.AsSpan(bytes));
        return _room.AsSpan(0, bytes);
    }
}
