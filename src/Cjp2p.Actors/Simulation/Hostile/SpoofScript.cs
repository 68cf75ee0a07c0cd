namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>Questions in the name of other victims, so that the answers hit those.</summary>
internal sealed class SpoofScript(HostileTarget target) : HostileScript
{
    internal override int DatagramsPerTurn => 20;

    internal override void SendOne(Random random, IHostileMouth mouth)
    {
        if (target.Victims.Length < 2)
            return;
        Span<byte> buffer = stackalloc byte[HostileDatagrams.BytesMax];
        var bytes = HostileDatagrams.WriteQuestion(buffer, random, target);
        var hit = random.Next(target.Victims.Length);
        var used = (hit + random.Next(1, target.Victims.Length)) % target.Victims.Length;

        // Now and then a port of the one that is hit at which nobody listens: it can never prove itself.
        var claimed = target.Victims[hit];
        if (random.Next(2) == 0)
            claimed = claimed.WithPort((ushort)random.Next(1024, 65536));
        mouth.SendAs(claimed, target.Victims[used], buffer[..bytes]);
    }
}
