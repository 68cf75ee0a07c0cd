namespace Cjp2p.Actors.Simulation;

/// <summary>How the extra delay of a link is distributed; <see cref="LinkSettings.Jitter"/> says how much there is.</summary>
public enum JitterShape
{
    /// <summary>Evenly between nothing and twice the jitter: mean = jitter.</summary>
    Uniform,

    /// <summary>A bell around zero whose standard deviation is the jitter; a delay is never less than half the latency.</summary>
    Normal,

    /// <summary>Many small delays and few large ones, as behind a queue of others' traffic: mean = jitter, at most 20 times it.</summary>
    Exponential,

    /// <summary>Lomax (Pareto) with exponent 2, as on radio links: mean = jitter, now and then up to a hundred times it.</summary>
    HeavyTail,
}
