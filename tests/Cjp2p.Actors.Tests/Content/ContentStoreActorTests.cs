using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;
using Cjp2p.Actors.Tests.Doubles;

namespace Cjp2p.Actors.Tests.Content;

/// <summary>The store with its indexers: what is shared, and for how long.</summary>
public sealed class ContentStoreActorTests : NodeSpec
{
    private readonly TestProbe _user;
    private readonly RecordingRef _storage = new("storage");
    private NodeServices _node = null!;
    private IActorRef _store = ActorRefs.Nobody;

    public ContentStoreActorTests() => _user = CreateTestProbe();

    // ---- what is shared

    [Fact]
    public void Folder_is_shared_with_everything_below_it()
    {
        Disk.Put("/s/a", [1]);
        Disk.Put("/s/b/c/d", [2]);
        Disk.Put("/elsewhere/e", [3]);
        Start();
        var indexed = Share("/s");
        Assert.Equal("/s", indexed.Path);
        Assert.Equal(["/s/a", "/s/b/c/d"], indexed.Files.Select(file => file.File.Path));
        Assert.Equal([Id(1), Id(2)], indexed.Files.Select(file => file.Id));
        Assert.Empty(indexed.Problems);
        Assert.True(IsServed(1));
        Assert.True(IsServed(2));
        Assert.False(IsServed(3));
    }

    [Fact]
    public void Single_file_can_be_shared()
    {
        Disk.Put("/s/a", [1]);
        Disk.Put("/s/b", [2]);
        Start();
        Assert.Equal("/s/a", Assert.Single(Share("/s/a").Files).File.Path);
        Assert.True(IsServed(1));
        Assert.False(IsServed(2));
    }

    [Fact]
    public void Folders_of_the_settings_are_shared_from_the_start()
    {
        Disk.Put("/s/a", [1]);
        Start("content.shared = [\"/s\"]");
        Settle();
        Assert.True(IsServed(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(SpanGeometry.SpanBytes)]
    [InlineData(SpanGeometry.SpanBytes + 1)]
    [InlineData(9 * 1024 * 1024)] // more than one slice of work
    public void Files_of_any_size_are_hashed(int length)
    {
        var content = ScriptedSource.ContentOf(length);
        Disk.Put("/s/a", content);
        Start();
        Share("/s");
        Assert.True(_node.Catalog.TryFind(ScriptedSource.IdOf(content), out var file));
        Assert.Equal(length, file.File.LengthBytes);
        Assert.Equal(0, Disk.OpenHandles);
    }

    [Fact]
    public void What_downloads_have_not_finished_is_not_shared()
    {
        Disk.Put("/s/a.cjp2p-part", [1]);
        Disk.Put("/s/a.cjp2p-part.cjp2p-map", [2]);
        Disk.Put("/s/b", [3]);
        Start();
        Assert.Single(Share("/s").Files);
    }

    [Fact]
    public void Files_are_capped_which_is_warned_of_once_when_there_is_one_too_many_and_not_one_earlier()
    {
        for (byte i = 0; i < 3; i++)
            Disk.Put("/s/" + i, [i]);
        Disk.Put("/s/4.cjp2p-part", [4]);
        Start("content.files-max = 3");
        Assert.Empty(Share("/s").Problems);
        Assert.Empty(Warnings);
        Disk.Put("/s/3", [3]);
        var indexed = Share("/s");
        Assert.Equal(["/s/0", "/s/1", "/s/2"], indexed.Files.Select(file => file.File.Path));
        Assert.Equal(
            "/s has more than 3 files (cjp2p.content.files-max): those that come after, in order of their paths", Assert.Single(indexed.Problems));
        AdvanceSeconds(300);
        Assert.Equal($"Not shared: {indexed.Problems[0]}", Assert.Single(Warnings));
        Disk.Delete("/s/0");
        Assert.Empty(Share("/s").Problems);
        Assert.Equal([1, 2, 3], Enumerable.Range(0, 4).Where(i => IsServed((byte)i)));
    }

    [Fact]
    public void Progress_through_many_files_is_told_every_ten_thousand_and_to_who_asks_and_others_are_heard_meanwhile()
    {
        const int Files = 20_001;
        for (var i = 0; i < Files; i++)
            Disk.Put($"/s/{i}", BitConverter.GetBytes(i));
        Disk.Put("/t/a", [1]);
        Start();
        var (left, reads, isServed) = (new List<int>(), 0, false);
        Disk.OnRead = _ =>
        {
            if (++reads % 5000 != 0)
                return;
            left.Add(Status().Indexing);
            if (reads == 5000)
                Share("/t");
            isServed |= reads < Files && IsServed(1);
        };
        _store.Tell(new ContentStoreProtocol.Share("/s"), ActorRefs.NoSender);
        Settle();
        Assert.Equal(["20000 files of /s are still to be hashed", "10000 files of /s are still to be hashed"],
            LogLines.Where(line => line.Contains("still to be hashed", StringComparison.Ordinal)));
        Assert.Equal(left.OrderDescending(), left);
        Assert.True(isServed);
        Assert.Equal((Files + 1, 0), (Status().Files, Status().Indexing));
    }

    [Fact]
    public void Share_that_is_asked_for_twice_is_looked_through_again_and_both_are_told()
    {
        Disk.Put("/s/a", [1]);
        Start();
        Share("/s");
        Disk.Put("/s/b", [2]);
        Assert.Equal(2, Share("/s").Files.Length);
        Assert.Equal(1, Disk.Watchers);
    }

    [Fact]
    public void Folder_that_is_not_there_is_told_as_a_problem_and_found_when_it_comes()
    {
        Start();
        var indexed = Share("/s");
        Assert.Empty(indexed.Files);
        Assert.Contains("/s", Assert.Single(indexed.Problems), StringComparison.Ordinal);
        Disk.Put("/s/a", [1]);
        AdvanceSeconds(61);
        Assert.True(IsServed(1));
    }

    // ---- changes

    [Fact]
    public void Unchanged_files_are_not_hashed_again()
    {
        Disk.Put("/s/a", [1]);
        Start();
        Share("/s");
        AdvanceSeconds(600);
        Share("/s");
        Assert.Equal(1, Disk.Count(DiskOperation.OpenRead, "/s/a"));
        Assert.True(IsServed(1));
    }

    [Fact]
    public void Recheck_on_command_hashes_what_may_have_changed_in_any_folder_and_nothing_else()
    {
        Disk.Put("/s/a", [1]);
        Disk.Put("/s/b", [2]);
        Disk.Put("/t/c", [3]);
        Start();
        Share("/s");
        Share("/t");
        // No time passes: what the system says of it has not settled, and the next look is far away.
        Disk.Put("/s/b", [4]);
        Disk.Put("/t/d", [5]);
        _store.Tell(ContentStoreProtocol.RescanAll.Instance, _user.Ref);
        Settle();
        Assert.Equal(2, Only<ContentStoreProtocol.Rescanning>(_user).Folders);
        Assert.Equal(
            (1, 2, 1, 1),
            (Disk.Count(DiskOperation.OpenRead, "/s/a"), Disk.Count(DiskOperation.OpenRead, "/s/b"),
                Disk.Count(DiskOperation.OpenRead, "/t/c"), Disk.Count(DiskOperation.OpenRead, "/t/d")));
        Assert.Equal((true, false, true, true, true), (IsServed(1), IsServed(2), IsServed(3), IsServed(4), IsServed(5)));
    }

    [Fact]
    public void Changes_are_noticed_when_the_system_says_so_after_they_have_settled()
    {
        Disk.Put("/s/a", [1]);
        Start("content { settle = 500ms, rescan = 1h }");
        Share("/s");
        Disk.Put("/s/a", [2]);
        Disk.Put("/s/b", [3]);
        Disk.RaiseChanged("/s");
        AdvanceSeconds(0.4);
        Assert.False(IsServed(3));
        AdvanceSeconds(0.2);
        Assert.False(IsServed(1));
        Assert.True(IsServed(2));
        Assert.True(IsServed(3));
    }

    [Fact]
    public void Many_hints_make_one_look()
    {
        Disk.Put("/s/a", [1]);
        Start("content { settle = 500ms, rescan = 1h }");
        Share("/s");
        var looks = Disk.Count(DiskOperation.Enumerate, "/s");
        for (var i = 0; i < 100; i++)
            Disk.RaiseChanged("/s");
        AdvanceSeconds(10);
        Assert.Equal(looks + 1, Disk.Count(DiskOperation.Enumerate, "/s"));
    }

    [Fact]
    public void Changes_are_noticed_without_a_word_of_the_system_too()
    {
        Disk.Put("/s/a", [1]);
        Start("content.rescan = 60s");
        Share("/s");
        Disk.Put("/s/a", [2]);
        AdvanceSeconds(61);
        Assert.True(IsServed(2));
        Assert.False(IsServed(1));
    }

    [Fact]
    public void Folder_that_cannot_be_watched_is_shared_and_looked_through_from_time_to_time()
    {
        Disk.Put("/s/a", [1]);
        Disk.Fault = (operation, _) => operation == DiskOperation.Watch ? new IOException("inotify limit") : null;
        Start();
        Share("/s");
        Assert.Contains(LogLines, line => line.Contains("inotify limit", StringComparison.Ordinal));
        Disk.Put("/s/b", [2]);
        AdvanceSeconds(61);
        Assert.True(IsServed(2));
    }

    [Fact]
    public void Removed_file_is_not_served_any_more()
    {
        Disk.Put("/s/a", [1]);
        Disk.Put("/s/b", [2]);
        Start();
        Share("/s");
        Disk.Take("/s/a");
        AdvanceSeconds(61);
        Assert.False(IsServed(1));
        Assert.True(IsServed(2));
        Assert.Equal(1, Status().Files);
    }

    [Fact]
    public void Removed_single_file_is_not_listed_any_more()
    {
        Disk.Put("/s/a", [1]);
        Start();
        Share("/s/a");
        Disk.Take("/s/a");
        AdvanceSeconds(61);
        Assert.False(IsServed(1));
        Assert.Equal(0, Status().Files);
        Disk.Put("/s/a", [2]);
        AdvanceSeconds(61);
        Assert.True(IsServed(2));
    }

    [Fact]
    public void File_that_was_found_changed_while_it_was_served_is_hashed_at_once()
    {
        Disk.Put("/s/a", [1]);
        Start("content.rescan = 1h");
        var file = Assert.Single(Share("/s").Files);
        Disk.Put("/s/a", [2]);
        _store.Tell(new ContentStoreProtocol.FileChanged(file));
        Settle();
        Assert.False(IsServed(1));
        Assert.True(IsServed(2));
    }

    [Fact]
    public void File_that_changes_while_it_is_hashed_is_left_for_the_next_look()
    {
        Disk.Put("/s/a", [1]);
        var changes = 0;
        Disk.OnRead = path =>
        {
            if (changes++ == 0)
                Disk.Spoil(path, 0);
        };
        Start();
        var indexed = Share("/s");
        Assert.Empty(indexed.Files);
        Assert.Contains("changed while it was read", Assert.Single(indexed.Problems), StringComparison.Ordinal);
        AdvanceSeconds(61);
        Assert.True(IsServed(1 ^ 0xff));
    }

    [Fact]
    public void File_that_keeps_changing_does_not_keep_the_indexer_busy()
    {
        Disk.Put("/s/a", [1]);
        Disk.OnRead = path => Disk.Spoil(path, 0);
        Start();
        Share("/s");
        AdvanceSeconds(600);
        Assert.InRange(Disk.Count(DiskOperation.OpenRead, "/s/a"), 5, 15);
    }

    [Theory]
    [InlineData(nameof(DiskOperation.OpenRead))]
    [InlineData(nameof(DiskOperation.Read))]
    public void File_that_cannot_be_read_is_a_problem_and_the_others_are_shared(string operation)
    {
        Disk.Put("/s/a", [1]);
        Disk.Put("/s/b", [2]);
        Disk.Fault = (what, path) => what.ToString() == operation && path == "/s/a" ? new UnauthorizedAccessException("denied") : null;
        Start();
        var indexed = Share("/s");
        Assert.Equal<string>(["/s/a: permission denied"], indexed.Problems);
        Assert.True(IsServed(2));
        Assert.False(IsServed(1));
        Disk.Fault = (_, _) => null;
        AdvanceSeconds(61);
        Assert.True(IsServed(1));
        Assert.Equal(0, Disk.OpenHandles);
    }

    [Fact]
    public void File_that_cannot_be_read_is_warned_of_once()
    {
        Disk.Put("/s/a", [1]);
        Disk.Fault = (what, path) => what == DiskOperation.OpenRead && path == "/s/a" ? new UnauthorizedAccessException("denied") : null;
        Start();
        Share("/s");
        AdvanceSeconds(3600);
        Assert.Single(Warnings);
    }

    [Fact]
    public void Folder_that_cannot_be_listed_for_a_while_stays_shared()
    {
        Disk.Put("/s/a", [1]);
        Start();
        Share("/s");
        Disk.Fault = (what, path) => what == DiskOperation.Enumerate ? new IOException("the server does not answer") : null;
        AdvanceSeconds(61);
        Assert.True(IsServed(1));
        Disk.Fault = (_, _) => null;
        AdvanceSeconds(61);
        Assert.Equal(1, Disk.Count(DiskOperation.OpenRead, "/s/a"));
    }

    // ---- several of the same

    [Fact]
    public void Content_is_served_as_long_as_one_file_has_it()
    {
        Disk.Put("/s/a", [1]);
        Disk.Put("/s/b", [1]);
        Disk.Put("/s/c", [1]);
        Start();
        Assert.Equal(3, Share("/s").Files.Length);
        foreach (var path in new[] { "/s/b", "/s/a" })
        {
            Disk.Take(path);
            AdvanceSeconds(61);
            Assert.True(IsServed(1));
        }

        Assert.Equal("/s/c", Find(1)!.File.Path);
        Disk.Put("/s/c", [2]);
        AdvanceSeconds(61);
        Assert.False(IsServed(1));
        Assert.True(IsServed(2));
    }

    [Fact]
    public void Touched_copy_stays_a_copy()
    {
        Disk.Put("/s/a", [1]);
        Disk.Put("/s/b", [1]);
        Start();
        Share("/s");
        Disk.Put("/s/b", [1]);
        AdvanceSeconds(61);
        Disk.Take("/s/a");
        AdvanceSeconds(61);
        Assert.Equal("/s/b", Find(1)!.File.Path);
    }

    [Fact]
    public void Copy_that_is_found_changed_while_served_gives_way_to_the_other()
    {
        Disk.Put("/s/a", [1]);
        Disk.Put("/s/b", [1]);
        Start();
        Share("/s");
        var served = Find(1)!;
        Disk.Put(served.File.Path, [2]);
        _store.Tell(new ContentStoreProtocol.FileChanged(served));
        Settle();
        Assert.NotEqual(served.File.Path, Find(1)!.File.Path);
        Assert.True(IsServed(2));
    }

    [Fact]
    public void Of_files_with_one_name_another_is_served_when_one_goes()
    {
        Disk.Put("/s/x/name", [1]);
        Disk.Put("/s/y/name", [2]);
        Start("content.serve-by-name = on");
        Share("/s");
        Assert.True(ContentId.TryParse("name", out var name));
        Assert.True(_node.Catalog.TryFind(name, out var served));
        Disk.Take(served.File.Path);
        // One look finds that it is gone, the next what else has its name.
        AdvanceSeconds(122);
        Assert.True(_node.Catalog.TryFind(name, out var other));
        Assert.NotEqual(served.File.Path, other.File.Path);
    }

    [Fact]
    public void Overlapping_shares_serve_a_file_until_it_is_gone()
    {
        Disk.Put("/s/x/a", [1]);
        Start();
        Share("/s");
        Share("/s/x");
        Assert.True(IsServed(1));
        Disk.Take("/s/x/a");
        Disk.Put("/s/x/b", [2]);
        AdvanceSeconds(61);
        Assert.False(IsServed(1));
        Assert.True(IsServed(2));
    }

    // ---- across restarts

    [Fact]
    public void Restart_hashes_only_what_changed()
    {
        Disk.Put("/s/a", [1]);
        Disk.Put("/s/b", [2]);
        Disk.Put("/s/c", [3]);
        Start("content { shared = [\"/s\"], data = \"/data\" }");
        AdvanceSeconds(10);
        StopStore();
        Disk.Put("/s/b", [4]);
        Disk.Take("/s/c");
        Start("content { shared = [\"/s\"], data = \"/data\" }", "again");
        AdvanceSeconds(10);
        Assert.Equal((1, 2), (Disk.Count(DiskOperation.OpenRead, "/s/a"), Disk.Count(DiskOperation.OpenRead, "/s/b")));
        Assert.True(IsServed(1));
        Assert.False(IsServed(2));
        Assert.False(IsServed(3));
        Assert.True(IsServed(4));
        Assert.Equal([Id(1), Id(4)], Kept().Select(file => file.Id));
    }

    [Fact]
    public void What_does_not_change_is_kept_once()
    {
        Disk.Put("/s/a", [1]);
        Start("content { shared = [\"/s\"], data = \"/data\" }");
        AdvanceSeconds(3600);
        StopStore();
        Start("content { shared = [\"/s\"], data = \"/data\" }", "again");
        AdvanceSeconds(3600);
        Assert.Single(_storage.Of<StorageProtocol.Keep>());
    }

    // A disk that was taken out: what was on it need not be hashed again when it is back, also after a restart.
    [Fact]
    public void Folder_that_is_not_there_is_not_served_and_not_forgotten()
    {
        Disk.Put("/s/a", [1]);
        Start("content { shared = [\"/s\"], data = \"/data\" }");
        AdvanceSeconds(10);
        Disk.Fault = (what, path) => path == "/s" && what == DiskOperation.Enumerate ? new DirectoryNotFoundException("gone") : null;
        AdvanceSeconds(61);
        Assert.False(IsServed(1));
        StopStore();
        Start("content { shared = [\"/s\"], data = \"/data\" }", "again");
        AdvanceSeconds(10);
        Disk.Fault = (_, _) => null;
        AdvanceSeconds(61);
        Assert.True(IsServed(1));
        Assert.Equal(1, Disk.Count(DiskOperation.OpenRead, "/s/a"));
    }

    // Its path may be anything: only what the disk lists is looked up in it.
    [Fact]
    public void Known_files_that_are_not_in_the_folder_are_not_shared()
    {
        Disk.Put("/s/a", [1]);
        var secret = Disk.Put("/secret", [2]);
        _storage.Tell(new StorageProtocol.Keep(new StateChange.FileIndexed(new SharedFile(Id(2), secret))));
        _storage.Tell(new StorageProtocol.Keep(new StateChange.FileIndexed(
            new SharedFile(Id(3), new FileStat("/s/../secret", 1, secret.ChangedTicks)))));
        Start("content { shared = [\"/s\"], data = \"/data\" }");
        AdvanceSeconds(10);
        Assert.True(IsServed(1));
        Assert.False(IsServed(2));
        Assert.False(IsServed(3));
    }

    [Fact]
    public void Folder_below_that_cannot_be_read_is_a_problem_that_is_warned_of_once_and_the_rest_is_shared()
    {
        Disk.Put("/s/a", [1]);
        Disk.Put("/s/closed/b", [2]);
        Disk.Closed["/s/closed"] = new UnauthorizedAccessException("Access to the path '/s/closed' is denied.");
        Start();
        var indexed = Share("/s");
        Assert.Equal<string>(["/s/closed: permission denied"], indexed.Problems);
        Assert.True(IsServed(1));
        Assert.False(IsServed(2));
        AdvanceSeconds(600);
        Assert.Equal(["Not shared: /s/closed: permission denied"], Warnings);
        Disk.Closed.Clear();
        AdvanceSeconds(61);
        Assert.True(IsServed(2));
        Assert.Empty(Share("/s").Problems);
    }

    // ---- what is told

    [Fact]
    public void Files_are_told_page_by_page_in_order_of_their_paths()
    {
        for (byte i = 0; i < 5; i++)
            Disk.Put("/s/" + i, [i]);
        Start();
        Share("/s");
        _store.Tell(new ContentStoreProtocol.GetFiles(1, 2), _user.Ref);
        Settle();
        Assert.Equal(["/s/1", "/s/2"], Only<ContentStoreProtocol.SharedFiles>(_user).Files.Select(file => file.File.Path));
        _store.Tell(new ContentStoreProtocol.GetFiles(4, -1), _user.Ref);
        Settle();
        Assert.Empty(Only<ContentStoreProtocol.SharedFiles>(_user).Files);
    }

    [Fact]
    public void Status_counts_what_waits_to_be_hashed()
    {
        for (byte i = 0; i < 5; i++)
            Disk.Put("/s/" + i, ScriptedSource.ContentOf(1000, i + 1));
        Start();
        var seen = new HashSet<int>();
        Disk.OnRead = _ => seen.Add(Status().Indexing);
        Share("/s");
        Assert.Equal((5, 5000L, 0), (Status().Files, Status().Bytes, Status().Indexing));
        Assert.Contains(5, seen);
        Assert.Contains(1, seen);
    }

    [Fact]
    public void Content_that_arrived_in_a_shared_folder_is_served_at_once_and_elsewhere_not()
    {
        Disk.Put("/s/a", [1]);
        Start();
        Share("/s");
        _store.Tell(new ContentStoreProtocol.ContentArrived(new SharedFile(Id(2), Disk.Put("/s/new", [2]))));
        _store.Tell(new ContentStoreProtocol.ContentArrived(new SharedFile(Id(3), Disk.Put("/other/new", [3]))));
        _store.Tell(new ContentStoreProtocol.ContentArrived(new SharedFile(Id(4), Disk.Put("/sother", [4]))));
        Settle();
        Assert.True(IsServed(2));
        Assert.False(IsServed(3));
        Assert.False(IsServed(4));
        AdvanceSeconds(61);
        Assert.Equal(0, Disk.Count(DiskOperation.OpenRead, "/s/new"));
    }

    [Fact]
    public void Content_is_told_as_added_once_though_its_file_is_touched_gets_another_name_or_a_copy_or_is_found_again_by_a_restart()
    {
        var added = new RecordingRef();
        Sys.EventStream.Subscribe(added, typeof(ContentStoreProtocol.ContentAdded));
        Disk.Put("/s/a", [1]);
        Start();
        Share("/s");
        AdvanceSeconds(1);
        Disk.Put("/s/a", [1]);
        Share("/s");
        Disk.Delete("/s/a");
        Disk.Put("/s/b", [1]);
        Share("/s");
        Assert.True(IsServed(1));
        Disk.Put("/s/copy", [1]);
        Share("/s");
        StopStore();
        Disk.Delete("/s/b");
        Disk.Delete("/s/copy");
        Disk.Put("/s/c", [1]);
        Start(name: "again");
        Share("/s");
        Assert.Equal("/s/c", Find(1)!.File.Path);
        Assert.Equal(["/s/a"], added.Of<ContentStoreProtocol.ContentAdded>().Select(one => one.File.File.Path));
        // What was away for a while, and what is another content, is new.
        Disk.Put("/s/other", [3]);
        Disk.Delete("/s/c");
        Share("/s");
        Disk.Put("/s/d", [1]);
        Share("/s");
        AdvanceSeconds(1);
        Disk.Put("/s/d", [2]);
        Share("/s");
        Assert.Equal(["/s/a", "/s/other", "/s/d", "/s/d"], added.Of<ContentStoreProtocol.ContentAdded>().Select(one => one.File.File.Path));
    }

    [Fact]
    public void Stop_ends_watching_and_hashing()
    {
        Disk.Put("/s/a", ScriptedSource.ContentOf(30 * 1024 * 1024));
        Start("content.shared = [\"/s\"]");
        for (var i = 0; i < 20 && Disk.OpenHandles == 0; i++)
            Time.Turns.TryRunOne();
        Assert.Equal(1, Disk.OpenHandles);
        StopStore();
        Assert.Equal((0, 0), (Disk.Watchers, Disk.OpenHandles));
    }

    private void Start(string hocon = "", string name = "store")
    {
        _node = Services($"cjp2p {{ {hocon} }}");
        _node.Storage = _storage;
        _store = Top(ContentStoreActor.Props(_node, Kept()), name);
    }

    // What is kept, as a database would have it.
    private ImmutableArray<SharedFile> Kept()
    {
        var files = new SortedDictionary<string, SharedFile>(StringComparer.Ordinal);
        foreach (var keep in _storage.Of<StorageProtocol.Keep>())
        {
            if (keep.Change is StateChange.FileIndexed(var file))
                files[file.File.Path] = file;
            else if (keep.Change is StateChange.FileForgotten(var path))
                files.Remove(path);
        }

        return [.. files.Values];
    }

    private void StopStore()
    {
        All(_user);
        _user.Watch(_store);
        Sys.Stop(_store);
        UntilTerminated(_user);
    }

    private ContentStoreProtocol.Indexed Share(string path)
    {
        _store.Tell(new ContentStoreProtocol.Share(path), _user.Ref);
        Settle();
        return Only<ContentStoreProtocol.Indexed>(_user);
    }

    private ContentStoreProtocol.StoreStatus Status()
    {
        var probe = new RecordingRef();
        _store.Tell(ContentStoreProtocol.GetStatus.Instance, probe);
        Settle();
        return Assert.IsType<ContentStoreProtocol.StoreStatus>(Assert.Single(probe.Messages));
    }

    private SharedFile? Find(byte content) => _node.Catalog.TryFind(Id(content), out var file) ? file : null;

    private bool IsServed(byte content) => Find(content) is not null;

    private static ContentId Id(byte content) => ScriptedSource.IdOf([content]);
}
