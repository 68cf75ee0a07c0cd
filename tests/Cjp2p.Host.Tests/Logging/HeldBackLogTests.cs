using Cjp2p.Host.Logging;
using Serilog;

namespace Cjp2p.Host.Tests.Logging;

/// <summary>What a node logs before it is up.</summary>
public sealed class HeldBackLogTests
{
    [Fact]
    public void Errors_are_told_at_once_and_the_rest_in_its_order_when_the_node_is_up()
    {
        var told = new LiveLog(10);
        using var held = new HeldBackLog(new LoggerConfiguration().WriteTo.Sink(told).CreateLogger());
        using var log = new LoggerConfiguration().WriteTo.Sink(held).CreateLogger();

        log.Information("sharing");
        log.Warning("a file cannot be read");
        log.Error("a part failed");
        Assert.Equal(["a part failed"], Told());
        held.Release();
        log.Information("later");

        Assert.Equal(["a part failed", "sharing", "a file cannot be read", "later"], Told());

        string[] Told() => [.. told.Last(10).Select(line => line.RenderMessage(null))];
    }

    [Fact]
    public void It_holds_a_thousand_lines_and_no_more()
    {
        var told = new LiveLog(2000);
        using var held = new HeldBackLog(new LoggerConfiguration().WriteTo.Sink(told).CreateLogger());
        using var log = new LoggerConfiguration().WriteTo.Sink(held).CreateLogger();

        for (var i = 0; i < 1001; i++)
            log.Information("{Number}", i);
        held.Release();

        Assert.Equal(1000, told.Last(2000).Length);
    }
}
