namespace Cjp2p.Actors.Content;

/// <summary>Chunks of one span that are asked of one further source.</summary>
/// <param name="Span">Number of the span.</param>
/// <param name="Chunks">Which chunks, one bit each.</param>
public sealed record AuditTask(int Span, ulong Chunks);
