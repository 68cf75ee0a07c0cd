namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>How a hostile server lies about the length of the whole.</summary>
public enum EofLie
{
    /// <summary>A million bytes too many.</summary>
    TooBig,

    /// <summary>Half of it.</summary>
    TooSmall,

    /// <summary>Another one in every answer.</summary>
    Changing,

    /// <summary>Nothing at all.</summary>
    Zero,
}
