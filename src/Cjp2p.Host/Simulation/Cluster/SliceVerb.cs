namespace Cjp2p.Host.Simulation.Cluster;

/// <summary>What a slice can be told to do.</summary>
internal enum SliceVerb : byte
{
    /// <summary>Build the world.</summary>
    Begin,

    /// <summary>Play a window.</summary>
    Advance,

    /// <summary>End, and say how it went.</summary>
    Finish,
}
