using Cjp2p.Actors.Storage;

namespace Cjp2p.Actors.Tests.Storage;

public sealed class StateSchemaTests
{
    [Fact]
    public void New_file_gets_all_steps() => Assert.Equal(StateSchema.Steps, StateSchema.PlanFor(0, 0, 0).Steps);

    [Fact]
    public void Earlier_version_gets_the_steps_that_it_lacks()
    {
        for (var version = 0; version <= StateSchema.Version; version++)
            Assert.Equal(StateSchema.Steps.Skip(version), StateSchema.PlanFor(StateSchema.ApplicationId, version, 3).Steps);
    }

    [Theory]
    [InlineData(0, 0, 1, "another program")]
    [InlineData(77, 1, 3, "another program")]
    [InlineData(StateSchema.ApplicationId, -1, 3, "impossible")]
    [InlineData(StateSchema.ApplicationId, 1000, 3, "later version")]
    public void What_is_not_ours_or_not_known_is_refused(int application, int version, long tables, string reason)
    {
        var plan = StateSchema.PlanFor(application, version, tables);
        Assert.Empty(plan.Steps);
        Assert.Contains(reason, plan.Refusal, StringComparison.Ordinal);
    }
}
