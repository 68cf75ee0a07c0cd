using Cjp2p.Actors.Node;

namespace Cjp2p.Actors.Tests.Node;

public sealed class RuntimeSettingsTests
{
    [Fact]
    public void Each_changes_what_the_configuration_would_change()
    {
        foreach (var key in RuntimeSettings.Keys)
        {
            var value = key.EndsWith("-hours", StringComparison.Ordinal) ? "22:30-06:00" : "777";
            Assert.True(RuntimeSettings.TryChange(NodeSettings.Default, key, value, out var changed));
            var read = NodeSettings.FromConfig(Akka.Configuration.ConfigurationFactory.ParseString($"{key} = \"{value}\""));
            Assert.Equal((read.Limits, read.Ingress), (changed.Limits, changed.Ingress));
            Assert.True(LiveSettings.Contain(key));
            Assert.Equal(value, RuntimeSettings.ValueOf(changed, key));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => RuntimeSettings.ValueOf(NodeSettings.Default, "cjp2p.peers.peers-max"));
    }

    [Theory]
    [InlineData("cjp2p.limits.upload", "0", true)]
    [InlineData("cjp2p.limits.upload", "1125899906842624", true)]
    [InlineData("cjp2p.limits.upload", "1125899906842625", false)]
    [InlineData("cjp2p.limits.upload", "-1", false)]
    [InlineData("cjp2p.limits.upload", "fast", false)]
    [InlineData("cjp2p.ingress.source-burst", "0", false)]
    [InlineData("cjp2p.ingress.source-burst", "1", true)]
    [InlineData("cjp2p.ingress.source-burst", "2147483647", true)]
    [InlineData("cjp2p.ingress.source-burst", "2147483648", false)]
    [InlineData("cjp2p.limits.quiet-hours", "22:00-06:00", true)]
    [InlineData("cjp2p.limits.quiet-hours", "", true)]
    [InlineData("cjp2p.limits.quiet-hours", "22:00", false)]
    [InlineData("cjp2p.limits.quiet-hours", "25:00-06:00", false)]
    [InlineData("cjp2p.limits.quiet-upload", "0", true)]
    [InlineData("cjp2p.limits.quiet-upload", "1125899906842625", false)]
    [InlineData("cjp2p.peers.peers-max", "5", false)]
    public void Values_have_the_bounds_of_the_configuration(string key, string value, bool isTaken) =>
        Assert.Equal(isTaken, RuntimeSettings.TryChange(NodeSettings.Default, key, value, out _));
}
