using Akka.Actor;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// Akka makes the timers of an actor with the actor; most actors of an idle node never start one, and would keep 160 bytes each. So
/// what Akka gives is let go, and made as Akka would when the first timer is started.
/// </summary>
internal static class LateTimers
{
    private static volatile Type? _type;

    /// <summary>What Akka gave an actor as it was made.</summary>
    public static void Learn(ITimerScheduler given) => _type ??= given.GetType();

    /// <summary>The same for an actor that starts its first timer.</summary>
    public static ITimerScheduler New(IActorContext context) =>
        (ITimerScheduler)Activator.CreateInstance(_type!, context)!;
}
