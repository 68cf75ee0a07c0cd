namespace Cjp2p.Benchmarks.Paths;

/// <summary>What <c>paths</c> measures.</summary>
internal enum PathPart
{
    /// <summary>20 ms, no cap, loss of 0, 1 and 5 %.</summary>
    Uncapped,

    /// <summary>100 Mbit/s, 40 ms, a queue of 250 ms, loss of 0, 1, 2 and 5 %.</summary>
    Capped,

    /// <summary>Two of our fetchers on one link.</summary>
    Two,

    /// <summary>Ours beside a flow of TCP.</summary>
    Tcp,

    /// <summary>One of two sources vanishes.</summary>
    Vanish,

    /// <summary>Half a minute without a network.</summary>
    Outage,

    /// <summary>No fragment arrives.</summary>
    Fragments,
}
