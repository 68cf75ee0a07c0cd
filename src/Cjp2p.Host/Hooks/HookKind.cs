namespace Cjp2p.Host.Hooks;

/// <summary>What happened.</summary>
internal enum HookKind
{
    /// <summary>A content is served that was not known before.</summary>
    Added,

    /// <summary>A download is complete, verified, and in its place.</summary>
    Complete,
}
