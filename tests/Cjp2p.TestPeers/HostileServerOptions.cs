namespace Cjp2p.TestPeers;

/// <summary>What is wrong with a <see cref="HostileServer"/>, and how much.</summary>
public sealed record HostileServerOptions(HostileBehaviour Behaviour = HostileBehaviour.Honest)
{
    public EofLie Lie { get; init; } = EofLie.TooBig;

    /// <summary>For <see cref="HostileBehaviour.Slow"/>: bytes of datagrams a second.</summary>
    public int BytesPerSecond { get; init; } = 20_000;

    /// <summary>For <see cref="HostileBehaviour.Poisons"/>: the share of blocks with wrong bytes.</summary>
    public double PoisonProbability { get; init; } = 0.1;

    /// <summary>For <see cref="HostileBehaviour.Dies"/>: blocks that it still serves.</summary>
    public int DiesAfterBlocks { get; init; } = 10;

    /// <summary>For <see cref="HostileBehaviour.EndlessSources"/>: addresses in each list.</summary>
    public int BogusSources { get; init; } = 20;
}
