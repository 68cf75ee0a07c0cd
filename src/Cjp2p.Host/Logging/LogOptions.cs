using Serilog.Events;

namespace Cjp2p.Host.Logging;

/// <summary>What is logged and how.</summary>
/// <param name="Level">The least level.</param>
/// <param name="Form">Form of a line.</param>
internal sealed record LogOptions(LogEventLevel Level, LogForm Form);
