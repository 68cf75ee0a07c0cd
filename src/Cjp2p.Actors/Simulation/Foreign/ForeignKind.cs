namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>The other implementations, as they were seen on the wire in 2026, with their quirks.</summary>
public enum ForeignKind
{
    /// <summary>The reference node of July: 8-digit cookies for an address without its port, strangers cut short by chance.</summary>
    RustJuly,

    /// <summary>The same node in March: cookies are numbers, strangers get one byte.</summary>
    RustMarch,

    /// <summary>The Ruby node: ends at almost every surprise, forgets eof when it relays, knows every address it heard.</summary>
    Ruby,

    /// <summary>The Bash node: blocks of 40,960 bytes and nothing else, mangles cookies with slashes.</summary>
    Bash,

    /// <summary>The Haskell node: asks for peers, understands nothing but peers, 1,024 bytes of receive buffer.</summary>
    Haskell,

    /// <summary>The presence demonstration in Python: ends at everything that is not as it should be.</summary>
    PresencePython,

    /// <summary>The presence demonstration in JavaScript.</summary>
    PresenceJavaScript,

    /// <summary>The presence demonstration in Go.</summary>
    PresenceGo,

    /// <summary>The presence demonstration in Haskell.</summary>
    PresenceHaskell,

    /// <summary>The presence demonstration in Rust.</summary>
    PresenceRust,

    /// <summary>The presence demonstration in Rust, with select.</summary>
    PresenceRustSelect,
}
