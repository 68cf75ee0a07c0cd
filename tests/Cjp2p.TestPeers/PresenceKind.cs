namespace Cjp2p.TestPeers;

/// <summary>The languages in which the presence demonstration exists; they differ in what they swallow.</summary>
public enum PresenceKind
{
    Python,
    JavaScript,
    Go,
    Haskell,
    Rust,
    RustSelect,
}
