using Akka.Event;

namespace Cjp2p.Actors.Simulation;

/// <summary>One line that an actor logged.</summary>
/// <param name="At">Virtual time.</param>
/// <param name="Step">The world's step.</param>
/// <param name="Level">Its level.</param>
/// <param name="Source">Who logged it: usually the path of an actor.</param>
/// <param name="Text">What it says, with the exception if there was one.</param>
public sealed record SimLogLine(TimeSpan At, long Step, LogLevel Level, string Source, string Text)
{
    /// <inheritdoc/>
    public override string ToString() => $"{At:c} #{Step} {Level} {Source}: {Text}";
}
