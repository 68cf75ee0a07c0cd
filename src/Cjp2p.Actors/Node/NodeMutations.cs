namespace Cjp2p.Actors.Node;

/// <summary>
/// Rules of ours, broken on purpose, for tests that ask whether the simulator would notice. No setting reaches them.
/// </summary>
internal sealed record NodeMutations
{
    /// <summary>Nothing is broken.</summary>
    public static NodeMutations None { get; } = new();

    /// <summary>The unverified get as much as the verified.</summary>
    public bool IgnoresReplyBudget { get; init; }

    /// <summary>Any returned cookie proves its source.</summary>
    public bool BelievesEveryCookie { get; init; }

    /// <summary>Spans and contents are taken without a look at their hash.</summary>
    public bool SkipsVerification { get; init; }

    /// <summary>A request whose answer is lost is not sent again.</summary>
    public bool NeverRetries { get; init; }

    /// <summary>A full table of peers takes one more.</summary>
    public bool NeverEvicts { get; init; }
}
