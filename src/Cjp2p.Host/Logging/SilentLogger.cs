using Akka.Event;

namespace Cjp2p.Host.Logging;

/// <summary>In place of Akka's logger to standard output, which speaks while the system stops, whatever its level.</summary>
internal sealed class SilentLogger : MinimalLogger
{
    protected override void Log(object message)
    {
    }
}
