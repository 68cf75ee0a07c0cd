namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>The languages in which the presence demonstration exists; they differ in what they swallow.</summary>
public enum PresenceKind
{
    /// <summary>Ends at everything that is not as it should be; writes a blank after commas and colons.</summary>
    Python,

    /// <summary>Ends at an element that is null and at addresses that it can not send to.</summary>
    JavaScript,

    /// <summary>Ends at nothing.</summary>
    Go,

    /// <summary>Gives cookies back word for word.</summary>
    Haskell,

    /// <summary>Gives back cookies that are text, and no others.</summary>
    Rust,

    /// <summary>As the one in Rust, but speaks at once when it starts.</summary>
    RustSelect,
}
