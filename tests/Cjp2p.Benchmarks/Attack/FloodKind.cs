namespace Cjp2p.Benchmarks.Attack;

/// <summary>What a flood consists of.</summary>
internal enum FloodKind
{
    /// <summary>Noise, from sixteen million addresses.</summary>
    Garbage,

    /// <summary>Questions in ever other names, of sixteen million addresses.</summary>
    Spoofed,

    /// <summary>Questions of one address.</summary>
    HotSource,
}
