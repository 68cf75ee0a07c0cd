using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Storage;

namespace Cjp2p.Actors.Content;

/// <summary>
/// Knows what is shared: keeps the catalog that the content server reads, has shared folders looked through again when
/// they may have changed, and has what they hold kept across restarts.
/// </summary>
/// <remarks>
/// Supervision: an indexer that throws is restarted, at most ten times in a minute, and looks through its folder again;
/// what it had found stays served meanwhile, since each file is checked when it is read. After that it is stopped and its
/// folder stays as it is until the node restarts.
/// </remarks>
internal sealed class ContentStoreActor : InspectedActor
{
    // Sharing: the only state.
    private const int ProblemsMax = 100;
    private const int ProgressFiles = 10_000;

    private readonly NodeServices _node;
    private SortedDictionary<string, SharedFolder>? _folders;
    private Dictionary<Sha256Digest, List<SharedFile>>? _copies;
    // As the database has them, until they are seen to be so.
    private Dictionary<string, SharedFile>? _kept;
    private readonly ImmutableArray<SharedFile> _known;

    public ContentStoreActor(NodeServices node, ImmutableArray<SharedFile> known) : base(node)
    {
        _node = node;
        _known = known;
    }

    private SortedDictionary<string, SharedFolder> Folders => _folders ??= new(StringComparer.Ordinal);

    private Dictionary<Sha256Digest, List<SharedFile>> Copies => _copies ??= [];

    private Dictionary<string, SharedFile> Kept => _kept ??= new(StringComparer.Ordinal);

    /// <param name="node">What the node's parts share.</param>
    /// <param name="known">Files that were hashed in earlier runs.</param>
    public static Props Props(NodeServices node, ImmutableArray<SharedFile> known) =>
        NodeProps.OnDisk((node, known), static of => new ContentStoreActor(of.node, of.known));

    protected override SupervisorStrategy SupervisorStrategy() =>
        new OneForOneStrategy(10, TimeSpan.FromMinutes(1), e => Decided(e, Directive.Restart));

    protected override void PreStart()
    {
        foreach (var file in _known)
            Kept[file.File.Path] = file;
        foreach (var path in _node.Settings.Content.Shared)
            Self.Tell(new ContentStoreProtocol.Share(path), ActorRefs.NoSender);
    }

    // What was shared since the start is shared again after a restart; the mailbox outlives it.
    protected override void PreRestart(Exception reason, object message)
    {
        foreach (var path in Folders.Keys.Except(_node.Settings.Content.Shared))
            Self.Tell(new ContentStoreProtocol.Share(path), ActorRefs.NoSender);
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        foreach (var folder in Folders.Values)
            folder.Watch?.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ContentStoreProtocol.Share share:
                Share(share.Path);
                break;
            case ContentStoreProtocol.Unshare unshare:
                Unshare(unshare.Path);
                break;
            case FolderIndexerProtocol.IEvent indexed:
                OnIndexer(indexed);
                break;
            case ContentStoreProtocol.FolderChanged changed:
                if (!Timers.IsTimerActive(("settle", changed.Folder)))
                {
                    Timers.StartSingleTimer(
                        ("settle", changed.Folder), new ContentStoreProtocol.Rescan(changed.Folder), _node.Settings.Content.Settle);
                }

                break;
            case ContentStoreProtocol.Rescan rescan:
                if (Folders.TryGetValue(rescan.Folder, out var folder))
                    folder.Indexer.Tell(FolderIndexerProtocol.Scan.Instance);
                break;
            case ContentStoreProtocol.FileChanged changed:
                OnFileChanged(changed.File);
                break;
            case ContentStoreProtocol.Recheck recheck:
                Recheck(recheck.Id);
                break;
            case ContentStoreProtocol.RescanAll:
                foreach (var shared in Folders.Values)
                    shared.Indexer.Tell(FolderIndexerProtocol.Scan.Instance);
                Sender.Tell(new ContentStoreProtocol.Rescanning(Folders.Count));
                break;
            case ContentStoreProtocol.ContentArrived arrived:
                OnArrived(arrived.File);
                break;
            case ContentStoreProtocol.ShareBlocks blocks:
                Sender.Tell(new ContentStoreProtocol.BlocksShared(
                    _node.Catalog.AddBlocks(blocks.File, blocks.Blocks, _node.Settings.Content.BlocksMax)
                        ? ""
                        : "its blocks are not served: it has changed, is served from another file, or there are too many (cjp2p.content.blocks-max)"));
                break;
            case ContentStoreProtocol.GetStatus:
                Sender.Tell(Status());
                break;
            case ContentStoreProtocol.GetFiles get:
                Sender.Tell(new ContentStoreProtocol.SharedFiles(
                    [.. AllFiles().Skip(get.Skip).Take(Math.Clamp(get.Most, 0, 10_000))]));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private protected override ActorState Inspect()
    {
        var status = Status();
        return new ContentStoreState(
            $"{Amounts.Count(status.Files, "file")}, {Amounts.Bytes(status.Bytes)}, {status.Indexing} to hash",
            [
                .. Folders.Values.Select(folder => new SharedFolderState(
                    folder.Path,
                    folder.Files.Count,
                    _node.Settings.Content.FilesMax,
                    folder.Files.Values.Sum(file => file.File.LengthBytes),
                    folder.Indexing,
                    folder.WasScanned,
                    folder.Watch is not null,
                    [.. folder.LastProblems.Concat(folder.Problems).Distinct().Order(StringComparer.Ordinal).Take(ProblemsMax)])),
            ]);
    }

    private void Share(string path)
    {
        if (Folders.TryGetValue(path, out var folder))
        {
            AddWaiting(folder);
            folder.Indexer.Tell(FolderIndexerProtocol.Scan.Instance);
            return;
        }

        // As the database has it, or as another folder has it: a folder may be shared within another.
        var known = Kept.Values.Concat(Folders.Values.SelectMany(other => other.Files.Values))
            .Where(file => SharedFolder.Holds(path, file.File.Path)).DistinctBy(file => file.File.Path).ToArray();
        folder = new SharedFolder(
            path, Context.ActorOf(FolderIndexerActor.Props(_node, path, known), FreeName("index-" + Uri.EscapeDataString(path))));
        Folders.Add(path, folder);
        _node.Caps.Publish(TablesOf(path), () => [ContentStoreState.Table(path, folder.Files.Count, _node.Settings.Content.FilesMax)]);
        AddWaiting(folder);
        var self = Self;
        try
        {
            folder.Watch = _node.Disk.Watch(path, () => self.Tell(new ContentStoreProtocol.FolderChanged(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            _log.Info("{Path} cannot be watched ({Reason}); it is looked through every {Interval} instead",
                path, FileProblems.Describe(e), _node.Settings.Content.Rescan);
        }

        var rescan = _node.Settings.Content.Rescan;
        Timers.StartPeriodicTimer(("rescan", path), new ContentStoreProtocol.Rescan(path), rescan, rescan);
    }

    // The indexer of a folder that is just being given up still has the name without a number.
    private static string FreeName(string wanted)
    {
        var name = wanted;
        for (var i = 2; !Context.Child(name).IsNobody(); i++)
            name = $"{wanted}.{i}";
        return name;
    }

    private static string TablesOf(string path) => "folder " + path;

    private void Unshare(string path)
    {
        if (!Folders.Remove(path, out var folder))
            return;
        _node.Caps.Retract(TablesOf(path));
        folder.Watch?.Dispose();
        Timers.Cancel(("rescan", path));
        Timers.Cancel(("settle", path));
        Context.Stop(folder.Indexer);
        foreach (var file in folder.Files.Values)
        {
            Withdraw(file);
            Kept[file.File.Path] = file;
        }

        // What lies in another shared folder, too, is served from there.
        foreach (var other in Folders.Values)
        {
            foreach (var file in other.Files.Values.Where(file => folder.Files.ContainsKey(file.File.Path)))
                _node.Catalog.Add(file, _node.Settings.Content.ServeByName);
        }

        var gone = new ContentStoreProtocol.NotShared(path, $"{path} is not shared any more");
        foreach (var waiting in folder.Waiting)
            waiting.Tell(gone);
        _log.Info("Not sharing {Path} any more, {Files} files", path, folder.Files.Count);
    }

    // Nobody waits for what the settings name.
    private void AddWaiting(SharedFolder folder)
    {
        if (!ReferenceEquals(Sender, Context.System.DeadLetters))
            folder.Waiting.Add(Sender);
    }

    private void OnIndexer(FolderIndexerProtocol.IEvent message)
    {
        switch (message)
        {
            case FolderIndexerProtocol.FileIndexed(var name, var file) when Folders.TryGetValue(name, out var folder):
                folder.Indexing = Math.Max(0, folder.Indexing - 1);
                if (folder.Indexing > 0 && folder.Indexing % ProgressFiles == 0)
                    _log.Info("{Files} files of {Path} are still to be hashed", folder.Indexing, folder.Path);
                Add(folder, file);
                break;
            case FolderIndexerProtocol.FileGone(var name, var file) when Folders.TryGetValue(name, out var folder):
                folder.Gone.Add(file.Id);
                Remove(folder, file);
                break;
            case FolderIndexerProtocol.FolderGone(var name) when Folders.TryGetValue(name, out var folder):
                foreach (var file in folder.Files.Values)
                    Withdraw(file);
                folder.Files.Clear();
                break;
            case FolderIndexerProtocol.FileUnreadable(var name, _, var reason) when Folders.TryGetValue(name, out var folder):
                folder.Indexing = Math.Max(0, folder.Indexing - 1);
                AddProblem(folder, reason);
                break;
            case FolderIndexerProtocol.Skipped(var name, _, var reason) when Folders.TryGetValue(name, out var folder):
                AddProblem(folder, reason);
                break;
            case FolderIndexerProtocol.Waiting(var name, var files) when Folders.TryGetValue(name, out var folder):
                folder.Indexing = files;
                break;
            case FolderIndexerProtocol.Scanned(var name) when Folders.TryGetValue(name, out var folder):
                OnScanned(folder);
                break;
        }
    }

    private void AddProblem(SharedFolder folder, string reason)
    {
        if (folder.Problems.Count >= ProblemsMax)
            return;
        folder.Problems.Add(reason);
        if (!folder.LastProblems.Contains(reason))
            _log.Warning("Not shared: {Reason}", reason);
    }

    private void OnScanned(SharedFolder folder)
    {
        folder.Indexing = 0;
        if (!folder.WasScanned)
        {
            folder.WasScanned = true;
            _log.Info(folder.Files.Count == 1 ? "Sharing {Files} file, {Bytes} bytes from {Path}" : "Sharing {Files} files, {Bytes} bytes from {Path}",
                folder.Files.Count, folder.Files.Values.Sum(file => file.File.LengthBytes), folder.Path);
        }

        if (folder.Waiting.Count > 0)
        {
            var indexed = new ContentStoreProtocol.Indexed(folder.Path, [.. folder.Files.Values], [.. folder.Problems]);
            foreach (var waiting in folder.Waiting)
                waiting.Tell(indexed);
            folder.Waiting.Clear();
        }

        folder.Gone.Clear();
        folder.LastProblems = [.. folder.Problems];
        folder.Problems.Clear();
    }

    private void Add(SharedFolder folder, SharedFile file)
    {
        if (folder.Files.TryGetValue(file.File.Path, out var before))
        {
            if (before == file)
            {
                if (_node.Settings.Content.ServeByName)
                    _node.Catalog.AddName(file);
                return;
            }

            Remove(folder, before);
        }

        folder.Files[file.File.Path] = file;
        var isNew = !Kept.Remove(file.File.Path, out var kept) || kept != file;
        if (isNew)
            _node.Keep(new StateChange.FileIndexed(file));
        var digest = file.Id.Sha256;
        if (_node.Catalog.TryFind(file.Id, out var other) && other.File.Path != file.File.Path)
        {
            if (!Copies.TryGetValue(digest, out var copies))
                Copies[digest] = copies = [other];
            copies.Add(file);
        }

        // One that has another name, or is a copy, is no new content.
        var wasServed = _node.Catalog.TryFind(file.Id, out _) || folder.Gone.Contains(file.Id);
        _node.Catalog.Add(file, _node.Settings.Content.ServeByName);
        if (isNew && !wasServed)
            Context.System.EventStream.Publish(new ContentStoreProtocol.ContentAdded(file));
    }

    private void Remove(SharedFolder folder, SharedFile file)
    {
        folder.Files.Remove(file.File.Path);
        _node.Keep(new StateChange.FileForgotten(file.File.Path));
        Withdraw(file);
    }

    private void Withdraw(SharedFile file)
    {
        _node.Catalog.Remove(file);
        if (!Copies.TryGetValue(file.Id.Sha256, out var copies))
            return;
        copies.RemoveAll(copy => copy.File.Path == file.File.Path);
        if (copies.Count > 0)
            _node.Catalog.Add(copies[^1], _node.Settings.Content.ServeByName);
        if (copies.Count <= 1)
            Copies.Remove(file.Id.Sha256);
    }

    // It is not served any more from now on; its folder is looked through, which finds what it is now.
    private void OnFileChanged(SharedFile file)
    {
        Withdraw(file);
        foreach (var folder in Folders.Values.Where(folder => folder.Files.GetValueOrDefault(file.File.Path) == file))
        {
            folder.Files.Remove(file.File.Path);
            folder.Gone.Add(file.Id);
            folder.Indexer.Tell(FolderIndexerProtocol.Scan.Instance);
        }
    }

    private void Recheck(in ContentId id)
    {
        var found = _node.Catalog.TryFind(id, out var file);
        Sender.Tell(new ContentStoreProtocol.Rechecking(id, found ? file.File.Path : null));
        if (!found)
            return;
        foreach (var folder in Folders.Values.Where(folder => folder.Files.ContainsKey(file.File.Path)))
            folder.Indexer.Tell(new FolderIndexerProtocol.Forget(file.File.Path));
        OnFileChanged(file);
    }

    private void OnArrived(SharedFile file)
    {
        foreach (var folder in Folders.Values.Where(folder => folder.Holds(file.File.Path)))
        {
            Add(folder, file);
            folder.Indexer.Tell(new FolderIndexerProtocol.Known(file));
            return;
        }
    }

    private ContentStoreProtocol.StoreStatus Status() => new(
        Folders.Values.Sum(folder => folder.Files.Count),
        Folders.Values.Sum(folder => folder.Files.Values.Sum(file => file.File.LengthBytes)),
        Folders.Values.Sum(folder => folder.Indexing));

    private IEnumerable<SharedFile> AllFiles() => Folders.Values
        .SelectMany(folder => folder.Files.Values)
        .OrderBy(file => file.File.Path, StringComparer.Ordinal);

    private sealed class SharedFolder(string path, IActorRef indexer)
    {
        public string Path { get; } = path;

        public IActorRef Indexer { get; } = indexer;

        public SortedDictionary<string, SharedFile> Files { get; } = new(StringComparer.Ordinal);

        public List<IActorRef> Waiting { get; } = [];

        /// <summary>What was found to be gone since the last look ended: it may have got another name.</summary>
        public HashSet<ContentId> Gone { get; } = [];

        public List<string> Problems { get; } = [];

        /// <summary>Those of the look before: they have been warned of.</summary>
        public HashSet<string> LastProblems { get; set; } = [];

        public IDisposable? Watch { get; set; }

        public int Indexing { get; set; }

        public bool WasScanned { get; set; }

        public static bool Holds(string folder, string path) =>
            path == folder
            || (path.StartsWith(folder, StringComparison.Ordinal)
                && (folder.EndsWith(System.IO.Path.DirectorySeparatorChar)
                    || path[folder.Length] == System.IO.Path.DirectorySeparatorChar));

        public bool Holds(string path) => Holds(Path, path);
    }
}
