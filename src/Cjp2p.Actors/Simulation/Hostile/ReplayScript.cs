using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>
/// Keeps the last datagrams that were sent to it and sends them again, unchanged: to everybody, as itself and in the name of
/// who sent them. As long as it has none, it asks its victims for peers, so that they send it something.
/// </summary>
internal sealed class ReplayScript(HostileTarget target) : HostileScript
{
    private const int KeptMax = 64;

    private readonly List<(PeerAddress Source, byte[] Bytes)> _kept = [];
    private int _next;

    internal override int DatagramsPerTurn => 10;

    internal override void Hear(in PeerAddress source, ReadOnlySpan<byte> datagram)
    {
        if (_kept.Count < KeptMax)
            _kept.Add((source, datagram.ToArray()));
        else
            _kept[_next++ % KeptMax] = (source, datagram.ToArray());
    }

    internal override void SendOne(Random random, IHostileMouth mouth)
    {
        if (target.Victims.IsEmpty)
            return;
        var victim = target.Victims[random.Next(target.Victims.Length)];
        if (_kept.Count == 0 || random.Next(10) == 0)
        {
            mouth.Send(
                HostilePeer.Port, victim, """[{"PleaseAlwaysReturnThisMessage":{"cookie":"0badc0de"}},{"PleaseSendPeers":{}}]"""u8);
            return;
        }

        var (source, bytes) = _kept[random.Next(_kept.Count)];
        if (random.Next(2) == 0)
            mouth.Send(HostilePeer.Port, victim, bytes);
        else
            mouth.SendAs(source, victim, bytes);
    }
}
