namespace Cjp2p.Actors.Hosting;

/// <summary>A node could not do what it was asked to; the message is one line for the user.</summary>
public sealed class NodeException : Exception
{
    /// <summary>Makes one from a line for the user.</summary>
    public NodeException(string message) : base(message)
    {
    }
}
