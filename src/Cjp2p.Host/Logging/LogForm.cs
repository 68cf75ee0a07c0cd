namespace Cjp2p.Host.Logging;

/// <summary>How log lines look.</summary>
internal enum LogForm
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}
