using Cjp2p.Actors.Content;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Content;

/// <summary>Downloads whose sources lie about the length of the content.</summary>
public sealed class DownloadLengthTests : DownloadSpec
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 30)];

    // The true length is 1,048,576; the last two are beyond what is believed.
    public static TheoryData<long> Lies => [0, 1, 4096, 262_144, 700_000, 1_048_575, 1_048_577, 5_000_000, (1L << 40) + 1, long.MaxValue - 65_536];

    [Theory]
    [MemberData(nameof(Lies))]
    [InlineData(1L << 40)]
    public void Lie_about_the_length_that_comes_first_does_not_stop_the_download(long lie)
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        var good = Source(1, content);
        good.Delay = TimeSpan.FromMilliseconds(200);
        var liar = Source(2, content);
        liar.Eof = () => lie;
        StartNode();
        Fetch(good.Id, [liar, good]);
        UntilTold<DownloadProtocol.Finished>(600);
        AssertGot(content);
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public void Lie_about_the_length_with_made_up_bytes_does_not_stop_the_download(long lie)
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        var good = Source(1, content);
        good.Delay = TimeSpan.FromMilliseconds(200);
        var liar = Source(2, content);
        liar.Eof = () => lie;
        liar.Bytes = (_, length) => new byte[length];
        StartNode();
        Fetch(good.Id, [liar, good]);
        UntilTold<DownloadProtocol.Finished>(600);
        AssertGot(content);
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public void Two_liars_that_agree_do_not_stop_the_download(long lie)
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        ScriptedSource[] sources = [Source(1, content), Source(2, content), Source(3, content)];
        foreach (var liar in sources.Take(2))
        {
            liar.Eof = () => lie;
            liar.Bytes = (_, length) => new byte[length];
        }

        StartNode();
        Fetch(sources[0].Id, sources);
        UntilTold<DownloadProtocol.Finished>(900);
        AssertGot(content);
    }

    [Fact]
    public void Length_that_changes_all_the_time_ends_that_source_and_not_the_download()
    {
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        var good = Source(1, content);
        good.Delay = TimeSpan.FromMilliseconds(50);
        var liar = Source(2, content);
        var eof = 1000L;
        liar.Eof = () => eof += 300_000;
        StartNode();
        Fetch(good.Id, [liar, good]);
        UntilTold<DownloadProtocol.Finished>(60);
        AssertGot(content);
    }

    // Repair 0adf562 of the Rust node: anybody could change the length in mid-download.
    [Fact]
    public void Lie_about_the_length_in_the_middle_changes_nothing()
    {
        var content = ScriptedSource.ContentOf(16 * SpanGeometry.SpanBytes);
        var good = Source(1, content);
        var liar = Source(2, content);
        var lies = false;
        liar.Eof = () => lies ? 5000 : content.Length;
        StartNode();
        Fetch(good.Id, [liar, good]);
        AdvanceSeconds(0.05);
        var done = Progress().DoneBytes;
        lies = true;
        UntilTold<DownloadProtocol.Finished>(30);
        Assert.True(done > 0);
        AssertGot(content);
    }

    // They win the vote in the middle, write over what is there, and are found out.
    [Fact]
    public void Lie_that_is_believed_for_a_while_leaves_nothing_behind()
    {
        var content = ScriptedSource.ContentOf(12 * SpanGeometry.SpanBytes);
        var good = Source(1, content);
        good.Delay = TimeSpan.FromMilliseconds(100);
        StartNode("cjp2p.downloads { save-every = 100ms, window-max = 32 }");
        Fetch(good.Id, [good]);
        UntilSeconds(20, () => Disk.Exists(Target + DownloadFileActor.UnfinishedSuffix) && Progress().DoneBytes > 3 * SpanGeometry.SpanBytes);
        AdvanceSeconds(0.2);
        ScriptedSource[] liars = [Source(2, content), Source(3, content)];
        foreach (var liar in liars)
        {
            liar.Eof = () => 700_000;
            liar.Bytes = (_, length) => new byte[length];
        }

        Fetch(good.Id, liars);
        UntilTold<DownloadProtocol.Finished>(300);
        AssertGot(content);
        Assert.DoesNotContain(Warnings, line => line.Contains($"Source {good.Address} is not asked", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_the_empty_content_is_empty()
    {
        var liar = Source(1, [], ScriptedSource.IdOf([]));
        liar.Eof = () => 5000;
        liar.Bytes = (_, length) => new byte[length];
        StartNode();
        Disk.Fault = (operation, _) => operation == DiskOperation.OpenWrite ? new IOException("not yet") : null;
        Fetch(liar.Id, [liar]);
        AdvanceSeconds(1);
        Disk.Fault = (_, _) => null;
        Assert.Equal(0, UntilTold<DownloadProtocol.Finished>(30).LengthBytes);
        AssertGot([]);
    }

    [Fact]
    public void Length_beyond_the_limit_is_not_believed_and_needs_no_memory()
    {
        var content = ScriptedSource.ContentOf(5000);
        var liar = Source(1, content);
        liar.Eof = () => 5001;
        StartNode("cjp2p.downloads.length-max = 5000");
        Fetch(liar.Id, [liar]);
        AdvanceSeconds(10);
        Assert.Equal((DownloadPhase.Searching, -1L), (Progress().Phase, Progress().LengthBytes));
        Assert.False(Disk.Exists(Target + DownloadFileActor.UnfinishedSuffix));
        var honest = Source(2, content);
        Fetch(liar.Id, [honest]);
        UntilTold<DownloadProtocol.Finished>(10);
        AssertGot(content);
    }

    // They were believed again as soon as they had answered a probe, and each time all was fetched anew.
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Liars_that_agree_outnumber_the_honest_and_give_true_bytes_are_doubted_at_the_first_stall(int seed)
    {
        var random = new Random(seed);
        var content = ScriptedSource.ContentOf(4 * SpanGeometry.SpanBytes);
        ScriptedSource[] sources = [Source(1, content), Source(2, content), Source(3, content), Source(4, content)];
        foreach (var liar in sources.Take(3))
        {
            liar.Eof = () => content.Length + 1_000_000;
            var answer = liar.Answer;
            liar.Answer = request => (long)request.Offset < content.Length ? answer(request) : [];
        }

        foreach (var source in sources)
            source.Delay = TimeSpan.FromMilliseconds(random.Next(150));
        Network.Delay = _ => TimeSpan.FromMilliseconds(random.Next(20));
        StartNode("cjp2p.downloads { window-initial = 4, window-max = 4, request-bytes-max = 4096, timeout-min = 500ms }");
        Fetch(sources[0].Id, sources);
        var finished = UntilTold<DownloadProtocol.Finished>(30);
        AssertGot(content);
        Assert.InRange(finished.FetchedBytes, content.Length, 2.5 * content.Length);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(300)]
    public void Length_is_not_doubted_in_an_outage_because_one_source_had_claimed_another(int seconds)
    {
        var content = ScriptedSource.ContentOf(40 * SpanGeometry.SpanBytes);
        ScriptedSource[] sources = [Source(1, content), Source(2, content), Source(3, content)];
        sources[2].Eof = () => 700_000;
        foreach (var source in sources)
            source.Delay = TimeSpan.FromMilliseconds(300);
        StartNode();
        Fetch(sources[0].Id, sources);
        UntilSeconds(60, () => Progress().LengthBytes == content.Length && Progress().DoneBytes > 8 * SpanGeometry.SpanBytes);
        var before = Progress();
        var isDown = true;
        Network.Copies = _ => isDown ? 0 : 1;
        AdvanceSeconds(seconds);
        Assert.Equal(content.Length, Progress().LengthBytes);
        isDown = false;
        var finished = UntilTold<DownloadProtocol.Finished>(120);
        AssertGot(content);
        Assert.InRange(finished.FetchedBytes - before.FetchedBytes, 0, content.Length - before.DoneBytes + 600 * 4096);
    }
}
