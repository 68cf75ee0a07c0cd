using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.Interop;

/// <summary>Sources that do one thing badly: as the only one, beside an honest one, and several that agree.</summary>
public sealed class HostileSourceSpecs
{
    private const int LengthBytes = 1 << 20;
    private const string NobodyAnswers = "the one address that was asked has not answered";
    private const string NobodyAnswersNow = "none answers now";
    private const string Useless = "only teasers or nothing";
    private const string WrongContent = "gave wrong content";

    [Theory]
    [InlineData(HostileBehaviour.Silent, NobodyAnswers)]
    [InlineData(HostileBehaviour.OtherIds, NobodyAnswers)]
    [InlineData(HostileBehaviour.Dies, NobodyAnswersNow)]
    [InlineData(HostileBehaviour.BadBase64, Useless)] // nothing that it ever gave was of use
    [InlineData(HostileBehaviour.OneByteAtATime, Useless)]
    [InlineData(HostileBehaviour.WrongLengths, Useless)]
    [InlineData(HostileBehaviour.Poisons, WrongContent)]
    [InlineData(HostileBehaviour.LiesAboutEof, WrongContent, EofLie.TooSmall)]
    [InlineData(HostileBehaviour.LiesAboutEof, WrongContent, EofLie.Changing)]
    [InlineData(HostileBehaviour.LiesAboutEof, WrongContent, EofLie.Zero)]
    [InlineData(HostileBehaviour.LiesAboutEof, NobodyAnswersNow, EofLie.TooBig)]
    public async Task Download_from_a_hostile_source_alone_goes_on_slowly_and_says_why(
        HostileBehaviour behaviour, string why, EofLie lie = default)
    {
        await using var world = new InteropWorld();
        // Patient where blocks are counted, so that a busy machine does not ask for a whole window twice.
        var node = await world.StartNodeAsync(behaviour == HostileBehaviour.Poisons ? "cjp2p.downloads.timeout-min = 500ms" : "");
        var (bytes, id) = InteropWorld.Content(LengthBytes);
        // The content is a few dozen answers long: one in ten would leave all of them right now and then.
        var server = Serve(world, 2, new HostileServerOptions(behaviour) { Lie = lie, PoisonProbability = 0.5 }, id, bytes);

        var download = node.Download(id, server.Address);
        await download.WhenAsync(progress => progress.Why.Contains(why, StringComparison.Ordinal));

        // From then on: at most 40 datagrams a second, of which ten ask for peers (every 100 ms in these tests). Over some seconds: what was asked
        // for at that moment comes in a burst.
        var before = server.DatagramsReceived;
        var since = TimeProvider.System.GetTimestamp();
        for (var reports = 0; reports < 12; reports++)
            Assert.NotEqual("", (await download.NextAsync()).Why);
        var seconds = TimeProvider.System.GetElapsedTime(since).TotalSeconds;
        Assert.InRange(server.DatagramsReceived - before, 0, 40 * (seconds + 0.25));
        // And never more than the three tries that a source has whose content has the wrong hash.
        Assert.InRange(server.BlocksServed, 0, 3.2 * LengthBytes / 4096);
        Assert.Equal(why == WrongContent, world.Warnings.Any(warning => IsBanOf(warning, server)));
        Assert.False(download.IsOver);
        Assert.False(File.Exists(download.TargetPath));
        world.AssertAllUnharmed();
    }

    /// <param name="behaviour">What is wrong with one of the two.</param>
    /// <param name="factor">Bytes that both served, over the length of the content, at the most.</param>
    /// <param name="lie">How it lies about eof.</param>
    [Theory]
    [InlineData(HostileBehaviour.Silent, 1.5)]
    [InlineData(HostileBehaviour.OneByteAtATime, 1.5)]
    [InlineData(HostileBehaviour.WrongLengths, 1.5)]
    [InlineData(HostileBehaviour.OtherIds, 1.5)]
    [InlineData(HostileBehaviour.Dies, 1.5)]
    [InlineData(HostileBehaviour.EndlessSources, 1.5)]
    [InlineData(HostileBehaviour.LiesAboutEof, 1.5, EofLie.Zero)]
    [InlineData(HostileBehaviour.BadBase64, 1.6)] // taken for losses, until nothing else came for half a second
    [InlineData(HostileBehaviour.LiesAboutEof, 1.5, EofLie.Changing)] // believed anew up to eight times, early
    [InlineData(HostileBehaviour.LiesAboutEof, 2.7, EofLie.TooSmall)] // half of it, up to three times while the honest one is not there yet
    [InlineData(HostileBehaviour.LiesAboutEof, 2.5, EofLie.TooBig)] // all but the end, which nobody gives
    [InlineData(HostileBehaviour.Poisons, 5.2)] // from both, from the liar up to three times, from the honest one
    public async Task Download_from_a_hostile_source_and_an_honest_one_completes(
        HostileBehaviour behaviour, double factor, EofLie lie = default)
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync(ShortQueue);
        var (bytes, id) = InteropWorld.Content(LengthBytes);
        var hostile = Serve(world, 2, new HostileServerOptions(behaviour) { Lie = lie }, id, bytes);
        var honest = Serve(world, 3, Unhurried, id, bytes);
        // Who invents sources gives right content with them: at full speed, all of it before the honest one has answered once.
        await using var line = new LossyRelay(hostile.Address);
        line.SetBoth(new LossyRelayOptions { BytesPerSecond = 1_000_000 });
        var first = behaviour == HostileBehaviour.EndlessSources ? line.Address : hostile.Address;

        var finished = await node.Download(id, first, honest.Address).FinishedAsync();

        Assert.Contains(finished.Sources, source => source.ToEndPoint().Equals(honest.Address));
        Assert.InRange((hostile.BlocksServed + honest.BlocksServed) * 4096.0 / LengthBytes, 0, factor);
        Assert.DoesNotContain(world.Warnings, warning => IsBanOf(warning, honest));
        // Who gives nothing of use is left alone after the requests of its first window.
        if (behaviour is HostileBehaviour.OneByteAtATime or HostileBehaviour.WrongLengths)
            Assert.InRange(hostile.BlocksServed, 1, 80);
        if (behaviour == HostileBehaviour.LiesAboutEof && lie is EofLie.Zero or EofLie.TooSmall)
            Assert.Contains(world.Warnings, warning => IsBanOf(warning, hostile));
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Sources_that_somebody_invents_are_asked_within_a_budget()
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync();
        var (bytes, id) = InteropWorld.Content(LengthBytes);
        var inventor = Serve(world, 2, new HostileServerOptions(HostileBehaviour.EndlessSources), id, bytes);

        await node.Download(id, inventor.Address).FinishedAsync();

        // 16 a minute, each asked three times at the most; each of 256 blocks came with 20 of them.
        var sent = (await node.TrafficAsync()).DatagramsOut;
        Assert.InRange(sent - inventor.DatagramsReceived, 1, 16 * 3);
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Slow_source_is_fetched_from_at_the_rate_that_it_has()
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync("cjp2p.downloads.request-bytes-max = 4096");
        var (bytes, id) = InteropWorld.Content(32 * 4096);
        var slow = Serve(world, 2, new HostileServerOptions(HostileBehaviour.Slow) { BytesPerSecond = 100_000 }, id, bytes);

        await node.Download(id, slow.Address).FinishedAsync();

        // Its queue is longer than our patience at first: each chunk may be asked for a few times, not ever more often.
        Assert.InRange(slow.CountReceived("PleaseSendContent"), 32, 32 * 4);
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Slow_source_does_not_hold_up_what_a_fast_one_can_give()
    {
        await using var world = new InteropWorld();
        // Who is slow is given up for the chunks it holds as early as usual, or it is asked for a second window of them: patient only for as
        // long as a busy machine may keep the fast one.
        var node = await world.StartNodeAsync("cjp2p.downloads { request-bytes-max = 4096, window-max = 32, timeout-min = 200ms }");
        var (bytes, id) = InteropWorld.Content(LengthBytes);
        var slow = Serve(world, 2, new HostileServerOptions(HostileBehaviour.Slow) { BytesPerSecond = 6_000 }, id, bytes);
        var fast = Serve(world, 3, Unhurried, id, bytes);

        await node.Download(id, slow.Address, fast.Address).FinishedAsync();

        Assert.InRange(fast.BlocksServed, 200, 330);
        Assert.InRange(slow.BlocksServed, 0, 60);
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Liars_that_agree_about_the_length_do_not_keep_an_honest_source_out()
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync("cjp2p.downloads { window-initial = 4, window-max = 4, request-bytes-max = 4096, timeout-min = 500ms }");
        var (bytes, id) = InteropWorld.Content(LengthBytes);
        var liars = Enumerable.Range(2, 3).Select(seed => Serve(
            world, seed, new HostileServerOptions(HostileBehaviour.LiesAboutEof) { Lie = EofLie.TooBig }, id, bytes)).ToArray();
        var honest = Serve(world, 9, Unhurried with { BytesPerSecond = 1_000_000 }, id, bytes);

        await node.Download(id, [.. liars.Select(liar => liar.Address), honest.Address]).FinishedAsync();

        Assert.InRange((liars.Sum(liar => liar.BlocksServed) + honest.BlocksServed) * 4096.0 / LengthBytes, 1, 3);
        world.AssertAllUnharmed();
    }

    [Fact]
    public async Task Several_poisoners_do_not_make_a_download_fail_that_an_honest_source_can_complete()
    {
        await using var world = new InteropWorld();
        var node = await world.StartNodeAsync(ShortQueue);
        var (bytes, id) = InteropWorld.Content(LengthBytes);
        var liars = Enumerable.Range(2, 4).Select(seed => Serve(
            world, seed, new HostileServerOptions(HostileBehaviour.Poisons), id, bytes)).ToArray();
        var honest = Serve(world, 9, Unhurried, id, bytes);

        await node.Download(id, [.. liars.Select(liar => liar.Address), honest.Address]).FinishedAsync();

        // Once from all together, then at the most once from each.
        Assert.InRange((liars.Sum(liar => liar.BlocksServed) + honest.BlocksServed) * 4096.0 / LengthBytes, 2, 6.5);
        Assert.DoesNotContain(world.Warnings, warning => IsBanOf(warning, honest));
        world.AssertAllUnharmed();
    }

    // With 32 chunks on their way at the most, a source of 4 MB/s answers within 50 ms, ten times earlier than our node gives
    // up waiting: no request is repeated in vain, and what is wasted is only what the hostile ones cause.
    private const string ShortQueue =
        "cjp2p.downloads { request-bytes-max = 4096, window-max = 32, timeout-min = 500ms }";

    private static HostileServerOptions Unhurried { get; } = new(HostileBehaviour.Slow) { BytesPerSecond = 4_000_000 };

    private static HostileServer Serve(InteropWorld world, int seed, HostileServerOptions hostility, string id, byte[] bytes)
    {
        // Their delays are part of the test: they live at the pace of our node.
        var server = world.Start(new HostileServer(hostility, world.Options(seed) with { Time = TimeProvider.System }));
        server.Serve(id, bytes);
        return server;
    }

    private static bool IsBanOf(string warning, params HostileServer[] servers) =>
        servers.Any(server => warning.Contains($"{server.Address} is not asked", StringComparison.Ordinal));
}
