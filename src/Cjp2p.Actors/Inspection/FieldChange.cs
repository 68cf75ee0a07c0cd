namespace Cjp2p.Actors.Inspection;

/// <summary>A watched field has another value than before.</summary>
/// <param name="At">Time of day when that was seen.</param>
/// <param name="ClockSeconds">The same on the node's clock.</param>
/// <param name="Path">The actor.</param>
/// <param name="Field">The field.</param>
/// <param name="Before">Its value before; null: this is the first look.</param>
/// <param name="Value">Its value now, as text; "null" when it has none.</param>
public sealed record FieldChange(DateTimeOffset At, double ClockSeconds, string Path, string Field, string? Before, string Value);
