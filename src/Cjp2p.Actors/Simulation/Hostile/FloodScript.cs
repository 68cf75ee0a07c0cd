namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>Questions without end, from 64 ports of its own.</summary>
internal sealed class FloodScript(HostileTarget target) : HostileScript
{
    private const int Ports = 64;

    internal override int DatagramsPerTurn => 50;

    internal override void SendOne(Random random, IHostileMouth mouth)
    {
        if (target.Victims.IsEmpty)
            return;
        Span<byte> buffer = stackalloc byte[HostileDatagrams.BytesMax];
        var bytes = HostileDatagrams.WriteQuestion(buffer, random, target);
        var port = (ushort)(HostilePeer.Port + random.Next(Ports));
        mouth.Send(port, target.Victims[random.Next(target.Victims.Length)], buffer[..bytes]);
    }
}
