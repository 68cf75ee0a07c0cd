using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Tests.Simulation.Invariants;

/// <summary>That the simulator finds bugs: rules of ours are broken one at a time, and it has to notice.</summary>
public sealed class MutationSpec
{
    private const ulong SeedsMax = 1000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Nothing_is_violated_when_nothing_is_broken(ulong seed) => Assert.Empty(TroubledSwarm.Run(seed));

    [Fact]
    public void A_broken_amplification_budget_is_noticed() =>
        IsNoticed(new NodeMutations { IgnoresReplyBudget = true }, "reply limit");

    [Fact]
    public void A_broken_cookie_check_is_noticed() =>
        IsNoticed(new NodeMutations { BelievesEveryCookie = true }, "reply limit");

    [Fact]
    public void A_broken_verification_of_spans_is_noticed() =>
        IsNoticed(new NodeMutations { SkipsVerification = true }, "finished files");

    [Fact]
    public void A_broken_retry_is_noticed() =>
        IsNoticed(new NodeMutations { NeverRetries = true }, "downloads move", "liveness");

    [Fact]
    public void A_broken_eviction_is_noticed() => IsNoticed(new NodeMutations { NeverEvicts = true }, "table caps");

    private static void IsNoticed(NodeMutations mutations, params string[] by)
    {
        for (ulong seed = 1; seed <= SeedsMax; seed++)
        {
            if (!TroubledSwarm.Run(seed, mutations).Any(violation => by.Contains(violation.Invariant)))
                continue;

            // It is the broken rule that was noticed, and nothing else.
            Assert.Empty(TroubledSwarm.Run(seed));
            return;
        }

        Assert.Fail($"{mutations} was not noticed in {SeedsMax} seeds.");
    }
}
