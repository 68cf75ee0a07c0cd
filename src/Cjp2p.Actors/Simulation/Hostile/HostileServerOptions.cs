namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>What is wrong with a <see cref="HostileServer"/>, and how much.</summary>
internal sealed record HostileServerOptions(HostileBehaviour Behaviour = HostileBehaviour.Honest)
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

    /// <summary>
    /// For <see cref="HostileBehaviour.EndlessSources"/>: how such an address is made; null: of loopback addresses at which
    /// nobody listens.
    /// </summary>
    public Func<Random, string>? BogusAddress { get; init; }

    /// <summary>
    /// The peers that it knows are asked for peers this often, with a cookie to be returned, so that they get to know it;
    /// zero: never.
    /// </summary>
    public TimeSpan AnnounceEvery { get; init; }

    /// <summary>For <see cref="HostileBehaviour.Silent"/>: how long it answers before it falls silent.</summary>
    public TimeSpan SilentAfter { get; init; }
}
