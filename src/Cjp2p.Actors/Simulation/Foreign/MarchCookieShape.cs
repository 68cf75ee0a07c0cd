namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>How the Rust builds around March 2026 wrote a cookie.</summary>
public enum MarchCookieShape
{
    /// <summary><c>{"key":number}</c>, 21 February to 3 March.</summary>
    Key,

    /// <summary>A bare number, 4 March only.</summary>
    BareNumber,

    /// <summary><c>{"token":number}</c>, 4 to 13 March.</summary>
    Token,
}
