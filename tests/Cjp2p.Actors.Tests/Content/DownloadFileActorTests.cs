using Akka.Actor;
using Akka.TestKit;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Content;

/// <summary>What the downloads' own tests do not reach: orders that only threads make.</summary>
public sealed class DownloadFileActorTests : NodeSpec
{
    private static readonly byte[] Content = ScriptedSource.ContentOf(20 * SpanGeometry.SpanBytes + 5);

    private readonly TestProbe _download;
    private readonly NodeServices _node;
    private readonly BuffersInTransit _inTransit;
    private readonly IActorRef _file;

    public DownloadFileActorTests()
    {
        _download = CreateTestProbe();
        _node = Services();
        _inTransit = new BuffersInTransit(_node.Buffers);
        _file = Top(DownloadFileActor.Props(_node, ScriptedSource.IdOf(Content).Sha256, "/got/a.cjp2p-part", "/got/a", _inTransit), "file");
    }

    [Fact]
    public void Spans_in_any_order_make_the_content()
    {
        Open(Content.Length);
        foreach (var span in new[] { 20, 3, 2, 1, 0, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4 })
            Assert.IsType<DownloadFileProtocol.SpanWritten>(Write(span, Content));
        Assert.Equal("/got/a", Assert.IsType<DownloadFileProtocol.Verified>(Tell(DownloadFileProtocol.Finish.Instance)).File.Path);
        Assert.Equal(Content, Disk.Content("/got/a"));
        // What comes in order is hashed as it comes and never read.
        Assert.InRange(Disk.Count(DiskOperation.Read, "/got/a.cjp2p-part"), 1, 20);
    }

    [Fact]
    public void Spans_in_order_are_never_read()
    {
        Open(Content.Length);
        for (var span = 0; span <= 20; span++)
            Write(span, Content);
        Assert.IsType<DownloadFileProtocol.Verified>(Tell(DownloadFileProtocol.Finish.Instance));
        Assert.Equal(0, Disk.Count(DiskOperation.Read, "/got/a.cjp2p-part"));
    }

    [Theory]
    [InlineData(15, 0)]
    [InlineData(16, 1)]
    public void Disk_is_told_to_begin_for_sixteen_spans_at_a_time(int spans, int times)
    {
        Open(Content.Length);
        for (var span = 0; span < spans; span++)
            Write(span, Content);
        Assert.Equal(times, Disk.Count(DiskOperation.BeginFlush, "/got/a.cjp2p-part"));
    }

    // The first span is late: what waited for it is hashed with the writes that follow, not all at the end.
    [Fact]
    public void Hash_that_fell_behind_catches_up_while_the_rest_is_written()
    {
        Open(Content.Length);
        for (var span = 1; span <= 18; span++)
            Write(span, Content);
        Assert.Equal(0, Disk.Count(DiskOperation.Read, "/got/a.cjp2p-part"));
        Write(0, Content);
        Assert.Equal(8, Disk.Count(DiskOperation.Read, "/got/a.cjp2p-part"));
        Write(19, Content);
        Assert.Equal(16, Disk.Count(DiskOperation.Read, "/got/a.cjp2p-part"));
        Write(20, Content);
        // All but the first were read, each once: the end finds nothing left to hash.
        Assert.Equal(20, Disk.Count(DiskOperation.Read, "/got/a.cjp2p-part"));
        Assert.IsType<DownloadFileProtocol.Verified>(Tell(DownloadFileProtocol.Finish.Instance));
        Assert.Equal(20, Disk.Count(DiskOperation.Read, "/got/a.cjp2p-part"));
    }

    [Fact]
    public void Span_that_is_written_again_counts_as_it_is_then()
    {
        Open(Content.Length);
        var wrong = (byte[])Content.Clone();
        wrong[5] ^= 1;
        for (var span = 0; span <= 20; span++)
            Write(span, wrong);
        Write(0, Content);
        Assert.IsType<DownloadFileProtocol.Verified>(Tell(DownloadFileProtocol.Finish.Instance));
    }

    // Repair of eof in mid-download: bytes of a longer claim must not stay behind the end.
    [Fact]
    public void File_is_cut_to_the_length_of_the_content()
    {
        Disk.Put("/got/a.cjp2p-part", new byte[Content.Length + 1_000_000]);
        Open(Content.Length);
        for (var span = 0; span <= 20; span++)
            Write(span, Content);
        Assert.IsType<DownloadFileProtocol.Verified>(Tell(DownloadFileProtocol.Finish.Instance));
        Assert.Equal(Content, Disk.Content("/got/a"));
    }

    [Fact]
    public void Wrong_content_is_told_with_its_hash_and_stays_unfinished()
    {
        Open(5);
        Write(0, [1, 2, 3, 4, 5]);
        var mismatch = Assert.IsType<DownloadFileProtocol.Mismatch>(Tell(DownloadFileProtocol.Finish.Instance));
        Assert.Equal(ScriptedSource.IdOf([1, 2, 3, 4, 5]).Sha256, mismatch.Actual);
        Assert.False(Disk.Exists("/got/a"));
    }

    // A span that was on its way when another length was believed.
    [Fact]
    public void Span_beyond_the_length_that_is_believed_now_is_refused_and_its_buffer_comes_back()
    {
        Open(Content.Length);
        Open(100);
        Assert.IsType<DownloadFileProtocol.SpanNotWritten>(Write(20, Content));
        Assert.Equal(0, _node.Buffers.Rented);
        Assert.IsType<DownloadFileProtocol.SpanWritten>(Write(0, Content[..100]));
    }

    [Fact]
    public void Span_for_a_file_that_is_not_open_is_refused()
    {
        Assert.IsType<DownloadFileProtocol.SpanNotWritten>(Write(0, Content));
        Assert.Equal(0, _node.Buffers.Rented);
    }

    [Fact]
    public void Disk_without_room_from_the_start_is_not_left_with_an_empty_file()
    {
        Disk.IsFull = true;
        Assert.IsType<DownloadFileProtocol.Trouble>(Tell(new DownloadFileProtocol.Open(1, Content.Length, null)));
        Assert.Empty(Disk.Paths);
        Assert.Equal(0, Disk.OpenHandles);
        Disk.IsFull = false;
        Open(Content.Length);
        Assert.IsType<DownloadFileProtocol.SpanWritten>(Write(0, Content));
    }

    [Fact]
    public void File_that_could_not_be_opened_again_is_not_open()
    {
        Open(Content.Length);
        Disk.Fault = (operation, _) => operation == DiskOperation.OpenWrite ? new IOException("no") : null;
        Assert.IsType<DownloadFileProtocol.Trouble>(Tell(new DownloadFileProtocol.Open(2, Content.Length, null)));
        Assert.IsType<DownloadFileProtocol.SpanNotWritten>(Write(0, Content));
        Disk.Fault = (_, _) => null;
        Open(Content.Length);
        Assert.IsType<DownloadFileProtocol.SpanWritten>(Write(0, Content));
        // The file and its marks.
        Assert.Equal(2, Disk.OpenHandles);
    }

    [Fact]
    public void Every_buffer_comes_back_whatever_became_of_its_span()
    {
        Open(Content.Length);
        Write(0, Content);
        Disk.IsFull = true;
        Assert.IsType<DownloadFileProtocol.SpanNotWritten>(Write(1, Content));
        Assert.Equal(0, _node.Buffers.Rented);
    }

    [Fact]
    public void Map_is_written_after_the_data_is_flushed()
    {
        Open(Content.Length);
        Write(0, Content);
        Assert.IsType<DownloadFileProtocol.Saved>(Tell(DownloadFileProtocol.Save.Instance));
        // The last mark is that the file has not changed since.
        Assert.Equal<(DiskOperation, string)>(
            [
                (DiskOperation.Flush, "/got/a.cjp2p-part"), (DiskOperation.Flush, "/got/a.cjp2p-part.cjp2p-map"),
                (DiskOperation.Stat, "/got/a.cjp2p-part"), (DiskOperation.Write, "/got/a.cjp2p-part.cjp2p-map"),
                (DiskOperation.Flush, "/got/a.cjp2p-part.cjp2p-map"),
            ],
            Disk.Log.TakeLast(5));
    }

    // A process that was killed: nothing was saved, and yet nothing is fetched again.
    [Fact]
    public void What_was_written_counts_without_having_been_saved_and_what_was_torn_does_not()
    {
        Open(Content.Length);
        foreach (var span in new[] { 0, 1, 5, 7, 20 })
            Write(span, Content);
        Disk.Spoil("/got/a.cjp2p-part", 5L * SpanGeometry.SpanBytes + 17);
        var again = Top(
            DownloadFileActor.Props(_node, ScriptedSource.IdOf(Content).Sha256, "/got/a.cjp2p-part", "/got/a", _inTransit), "again");
        again.Tell(new DownloadFileProtocol.Open(1, Content.Length, null), _download.Ref);
        Settle();
        Assert.Equal([0, 1, 7, 20], Only<DownloadFileProtocol.Opened>(_download).Map.With(SpanStatus.Written));
    }

    [Fact]
    public void After_an_orderly_stop_nothing_is_read_and_after_a_change_by_others_everything_is()
    {
        Open(Content.Length);
        Write(3, Content);
        Tell(DownloadFileProtocol.Save.Instance);
        var reads = Disk.Count(DiskOperation.Read, "/got/a.cjp2p-part");
        Assert.Equal([3], Open(Content.Length).With(SpanStatus.Written));
        Assert.Equal(reads, Disk.Count(DiskOperation.Read, "/got/a.cjp2p-part"));
        Disk.Spoil("/got/a.cjp2p-part", 3L * SpanGeometry.SpanBytes);
        Assert.Empty(Open(Content.Length).With(SpanStatus.Written));
    }

    [Fact]
    public void File_that_was_renamed_before_the_process_was_killed_is_found_complete()
    {
        Open(Content.Length);
        Write(3, Content);
        Disk.Put("/got/a", Content);
        Disk.Take("/got/a.cjp2p-part");
        var again = Top(
            DownloadFileActor.Props(_node, ScriptedSource.IdOf(Content).Sha256, "/got/a.cjp2p-part", "/got/a", _inTransit), "again");
        again.Tell(new DownloadFileProtocol.Open(1, Content.Length, null), _download.Ref);
        Settle();
        Assert.True(Only<DownloadFileProtocol.Opened>(_download).Map.IsComplete);
        Assert.False(Disk.Exists("/got/a.cjp2p-part.cjp2p-map"));
        Assert.False(Disk.Exists("/got/a.cjp2p-part"));
    }

    [Fact]
    public void Download_waits_while_it_would_take_more_than_its_share_of_the_disk()
    {
        var node = Services("cjp2p.downloads.quota = 6MiB");
        var first = Top(DownloadFileActor.Props(node, ScriptedSource.IdOf(Content).Sha256, "/got/b.cjp2p-part", "/got/b", _inTransit), "b");
        var second = Top(DownloadFileActor.Props(node, ScriptedSource.IdOf([1]).Sha256, "/got/c.cjp2p-part", "/got/c", _inTransit), "c");
        first.Tell(new DownloadFileProtocol.Open(1, Content.Length, null), _download.Ref);
        Settle();
        Only<DownloadFileProtocol.Opened>(_download);
        second.Tell(new DownloadFileProtocol.Open(1, 2 << 20, null), _download.Ref);
        Settle();
        Assert.Contains("cjp2p.downloads.quota", Only<DownloadFileProtocol.Trouble>(_download).Reason, StringComparison.Ordinal);
        Assert.False(Disk.Exists("/got/c.cjp2p-part"));
        _download.Watch(first);
        Sys.Stop(first);
        UntilTerminated(_download);
        second.Tell(new DownloadFileProtocol.Open(1, 2 << 20, null), _download.Ref);
        Settle();
        Only<DownloadFileProtocol.Opened>(_download);
    }

    [Fact]
    public void Nothing_written_is_nothing_to_save()
    {
        Open(Content.Length);
        Assert.IsType<DownloadFileProtocol.Saved>(Tell(DownloadFileProtocol.Save.Instance));
        Assert.False(Disk.Exists("/got/a.cjp2p-part.cjp2p-map"));
    }

    private BlockMap Open(long length) =>
        Assert.IsType<DownloadFileProtocol.Opened>(Tell(new DownloadFileProtocol.Open(1, length, null))).Map;

    private object Write(int span, byte[] content)
    {
        Assert.True(_node.Buffers.TryRent(out var buffer));
        _inTransit.Add(buffer);
        var length = SpanGeometry.SpanLength(span, content.Length);
        content.AsSpan(span * SpanGeometry.SpanBytes, length).CopyTo(buffer);
        return Tell(new DownloadFileProtocol.WriteSpan(span, 1, buffer, length));
    }

    private object Tell(object message)
    {
        _file.Tell(message, _download.Ref);
        Settle();
        return Assert.Single(All(_download));
    }
}
