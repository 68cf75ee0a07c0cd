namespace Cjp2p.Actors.Storage;

/// <summary>Another node uses a data folder: two would overwrite what the other keeps. The message is one line for the user.</summary>
public sealed class NodeStateInUseException : Exception
{
    /// <summary>Makes one from a line for the user.</summary>
    public NodeStateInUseException(string message) : base(message)
    {
    }
}
