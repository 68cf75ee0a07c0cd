using System.Globalization;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Simulation.Foreign;

namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>Puts hostile peers on simulated machines.</summary>
public static class HostilePeer
{
    /// <summary>The port on which they listen.</summary>
    public const ushort Port = 24254;

    private static readonly TimeSpan AnnounceEvery = TimeSpan.FromSeconds(5);

    /// <summary>Starts one on a machine; it ends with the machine's top actor.</summary>
    public static void Start(SimMachine machine, HostileKind kind, HostileTarget target)
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(target);
        machine.Start(kind switch
        {
            HostileKind.Poisoner => Server(machine, target, new HostileServerOptions(HostileBehaviour.Poisons)
            {
                PoisonProbability = 0.5,
            }),
            HostileKind.EofLiar => Server(machine, target, new HostileServerOptions(HostileBehaviour.LiesAboutEof)
            {
                Lie = (EofLie)(machine.Number % Enum.GetValues<EofLie>().Length),
            }),
            HostileKind.BogusPeers => Server(machine, target, new HostileServerOptions(HostileBehaviour.EndlessSources)
            {
                BogusAddress = random => BogusAddress(random, target),
            }),
            HostileKind.OneByte => Server(machine, target, new HostileServerOptions(HostileBehaviour.OneByteAtATime)),
            HostileKind.Silent => Server(machine, target, new HostileServerOptions(HostileBehaviour.Silent)
            {
                SilentAfter = AnnounceEvery * 2,
            }),
            HostileKind.Flooder => HostileSenderActor.Props(machine, new FloodScript(target)),
            HostileKind.Spoofer => HostileSenderActor.Props(machine, new SpoofScript(target)),
            HostileKind.Garbage => HostileSenderActor.Props(machine, new GarbageScript(target)),
            HostileKind.Replayer => HostileSenderActor.Props(machine, new ReplayScript(target)),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        });
    }

    private static Akka.Actor.Props Server(SimMachine machine, HostileTarget target, HostileServerOptions hostility) =>
        ForeignModelActor.Props(() =>
        {
            var server = new HostileServer(hostility with { AnnounceEvery = AnnounceEvery }, new ForeignModelOptions
            {
                Seed = machine.Random.Next(),
                Time = machine.World.Clock,
                Peers = [.. target.Victims.Select(victim => victim.ToEndPoint())],
                OpenWire = _ => new SimWire(machine, Port),
                ReceivedMax = 0,
            });
            foreach (var content in target.Contents)
                server.Serve(content.Id.ToString(), content.Bytes.ToArray());
            return server;
        });

    // Of a victim on another port, of nobody, of every kind that must never be sent to, and of no shape at all.
    private static string BogusAddress(Random random, HostileTarget target) => random.Next(8) switch
    {
        0 when !target.Victims.IsEmpty =>
            target.Victims[random.Next(target.Victims.Length)].WithPort((ushort)random.Next(1, 65536)).ToString(),
        1 => string.Create(CultureInfo.InvariantCulture, $"10.0.{random.Next(256)}.{random.Next(256)}:{random.Next(65536)}"),
        2 => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{random.Next(65536)}"),
        3 => "255.255.255.255:24254",
        4 => string.Create(CultureInfo.InvariantCulture, $"224.0.0.{random.Next(256)}:24254"),
        5 => "5.0.0.1:0",
        6 => "not an address",
        _ => PeerAddress.FromIPv4((uint)random.NextInt64(1L << 32), (ushort)random.Next(65536)).ToString(),
    };
}
