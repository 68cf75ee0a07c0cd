namespace Cjp2p.Actors.Node;

/// <summary>A setting is unknown or impossible; the message is one line for the user that names it.</summary>
public sealed class NodeSettingsException : Exception
{
    /// <summary>Makes one from a line for the user.</summary>
    public NodeSettingsException(string message) : base(message)
    {
    }
}
