using Cjp2p.Actors.Content;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// The disk of one simulated machine, in memory. It keeps what programs see apart from what a crash would leave: what was
/// written and not flushed is lost or torn, a file that was made and never flushed may not be there, one that was deleted may
/// be back.
/// </summary>
/// <remarks>
/// As <see cref="IDisk"/> promises, <see cref="WriteSmall"/> and <see cref="Rename"/> last once they have returned (and with
/// them all that was done in their folders); folders that were made last at once. Paths begin with a slash and are
/// compared byte by byte, as on Linux. One thread at a time.
/// </remarks>
public sealed class SimDisk : IDisk
{
    private const string Root = "/";

    private readonly SimScheduler _scheduler;
    private static readonly SimDiskSettings Healthy = new();
    private static readonly Dictionary<string, SimFile> NoFiles = [];

    // Null until somebody uses the disk: most of a million machines never do.
    private Tables? _tables;
    private SplitMix _chance;
    private long _lastChangeTicks;
    private long _blocksUsed;
    private long _changesLeft = -1;
    private bool _dead;

    internal SimDisk(SimScheduler scheduler, ulong seed)
    {
        _scheduler = scheduler;
        _chance = new SplitMix(seed);
    }

    /// <summary>Its size, and what is wrong with it.</summary>
    public SimDiskSettings Settings { get; set; } = Healthy;

    /// <summary>What it did so far.</summary>
    public SimDiskCounters Counters => Held.Counters;

    /// <summary>Bytes that its files take.</summary>
    public long UsedBytes => _blocksUsed * SimFile.BlockBytes;

    /// <summary>The machine has stopped working: every operation fails until <see cref="Crash"/>.</summary>
    public bool IsDead => _dead || _changesLeft == 0;

    /// <summary>Changes so far, for who looks whether there were any.</summary>
    internal long Changes { get; private set; }

    /// <summary>Its files by path, for who looks on: reading them so takes no time and never fails.</summary>
    internal IReadOnlyDictionary<string, SimFile> Files => _tables?.Files ?? NoFiles;

    /// <summary>How often it crashed; files that were open before are of no use.</summary>
    internal long Generation => _tables?.Counters.Crashes ?? 0;

    /// <inheritdoc/>
    public bool TryStat(string path, out FileStat stat)
    {
        path = Normalize(path);
        BeginRead(path, 0);
        if (!Held.Files.TryGetValue(path, out var file))
        {
            stat = default;
            return false;
        }

        stat = new FileStat(path, file.Length, file.ChangedTicks);
        return true;
    }

    /// <inheritdoc/>
    public IEnumerable<FileStat> Enumerate(string folder, Action<string, Exception>? skipped = null)
    {
        folder = Normalize(folder);
        BeginRead(folder, 0);
        if (!Held.Folders.Contains(folder))
            throw new DirectoryNotFoundException($"Could not find a part of the path '{folder}'.");
        return Held.Files
            .Where(entry => IsBelow(entry.Key, folder))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => new FileStat(entry.Key, entry.Value.Length, entry.Value.ChangedTicks))
            .ToList();
    }

    /// <inheritdoc/>
    public IDiskFile OpenRead(string path)
    {
        path = Normalize(path);
        BeginRead(path, 0);
        return new SimDiskFile(this, Find(path), path, isWritable: false);
    }

    /// <inheritdoc/>
    public IDiskFile OpenWrite(string path)
    {
        path = Normalize(path);
        if (Held.Files.TryGetValue(path, out var file))
        {
            CheckAlive(path);
            CheckWritable(path);
        }
        else
        {
            BeginChange(path);
            CheckParent(path);
            file = NewFile(path);
            SetEntry(path, file);
            Changed(path);
        }

        return new SimDiskFile(this, file, path, isWritable: true);
    }

    /// <inheritdoc/>
    public byte[]? ReadSmall(string path, int bytesMax)
    {
        path = Normalize(path);
        var isThere = Held.Files.TryGetValue(path, out var file) && file.Length <= bytesMax;
        BeginRead(path, isThere ? (int)file!.Length : 0);
        if (!isThere)
            return null;
        var content = new byte[file!.Length];
        Counters.BytesRead += file.Read(0, content);
        return content;
    }

    /// <inheritdoc/>
    public void WriteSmall(string path, ReadOnlySpan<byte> content)
    {
        path = Normalize(path);
        BeginChange(path, content.Length);
        CheckParent(path);
        BeginFlush(path);
        var file = NewFile(path);
        if (file.Write(0, content, FreeBlocks) < content.Length)
            throw Fail(NoSpace(path));
        file.Flush();
        Counters.BytesWritten += content.Length;
        SetEntry(path, file);
        FlushFolder(ParentOf(path));
        Changed(path);
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        (from, to) = (Normalize(from), Normalize(to));
        BeginChange(from);
        var file = Find(from);
        CheckParent(to);
        if (Held.Folders.Contains(to))
            throw Fail(IsFolder(to));
        if (from != to)
        {
            RemoveEntry(from);
            SetEntry(to, file);
            Changed(from);
            Changed(to);
        }

        // When this fails the file has its new name, but a crash may give it back the old one.
        BeginFlush(to);
        FlushFolder(ParentOf(from));
        FlushFolder(ParentOf(to));
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        path = Normalize(path);
        if (Held.Folders.Contains(path))
            throw Fail(IsFolder(path));
        BeginChange(path);
        if (!Held.Files.ContainsKey(path))
            return;
        RemoveEntry(path);
        Changed(path);
    }

    /// <inheritdoc/>
    public void CreateFolder(string path)
    {
        path = Normalize(path);
        if (Held.Folders.Contains(path))
            return;
        BeginChange(path);
        for (var folder = path; folder != Root; folder = ParentOf(folder))
        {
            if (Held.Files.ContainsKey(folder))
                throw Fail(new IOException($"The file '{folder}' already exists."));
        }

        for (var folder = path; folder != Root; folder = ParentOf(folder))
            Held.Folders.Add(folder);
    }

    /// <inheritdoc/>
    public long FreeBytes(string folder)
    {
        folder = Normalize(folder);
        BeginRead(folder, 0);
        return FreeBlocks * SimFile.BlockBytes;
    }

    /// <inheritdoc/>
    public IDisposable Watch(string folder, Action changed)
    {
        ArgumentNullException.ThrowIfNull(changed);
        var watch = new SimDiskWatch(Normalize(folder), changed, ended => Held.Watches.Remove(ended));
        Held.Watches.Add(watch);
        return watch;
    }

    /// <summary>
    /// The machine loses its power and gets it back: files hold what was flushed, and of the rest some sectors and some not;
    /// which ones is up to the seed. Files that are open, and watches, are of no use any more.
    /// </summary>
    public void Crash()
    {
        Counters.Crashes++;
        _dead = false;
        _changesLeft = -1;
        foreach (var watch in Held.Watches.ToList())
            watch.Dispose();
        foreach (var path in Held.ChangedEntries.Order(StringComparer.Ordinal).ToList())
        {
            if (_chance.Chance(0.5))
                continue;
            Counters.EntriesLost++;
            if (Held.Files.Remove(path, out var lost))
                lost.Path = null;
            if (Held.SafeFiles.TryGetValue(path, out var safe))
                (Held.Files[path], safe.Path) = (safe, path);
        }

        Held.ChangedEntries.Clear();
        Held.SafeFiles.Clear();
        foreach (var (path, file) in Held.Files.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            file.Crash(ref _chance, Counters);
            Held.SafeFiles.Add(path, file);
        }

        _blocksUsed = Held.Files.Values.Sum(file => (long)file.BlocksUsed);
    }

    /// <summary>
    /// Lets this many changes and flushes happen and no more: then the disk is dead, so that a machine can crash in the middle
    /// of what an actor does in one turn. What follows is a <see cref="SimMachine.Crash"/>.
    /// </summary>
    public void DieAfter(long changes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(changes);
        _changesLeft = changes;
    }

    /// <summary>Flips the bits of one stored byte of a file, unseen by anybody.</summary>
    public void Corrupt(string path, long offset)
    {
        var file = Find(Normalize(path));
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, file.Length);
        file.Corrupt(offset);
    }

    /// <summary>From now on nothing works, until the crash that follows.</summary>
    internal void Die() => _dead = true;

    internal int Read(SimFile file, string path, long offset, Span<byte> buffer)
    {
        BeginRead(path, buffer.Length);
        var bytes = file.Read(offset, buffer);
        Counters.BytesRead += bytes;
        return bytes;
    }

    internal void Write(SimFile file, string path, long offset, ReadOnlySpan<byte> data)
    {
        BeginChange(path, data.Length);
        var blocksBefore = file.BlocksUsed;
        var bytes = file.Write(offset, data, FreeBlocks);
        CountBlocks(file, blocksBefore);
        Counters.BytesWritten += bytes;
        if (bytes > 0)
            Changed(file);
        if (bytes < data.Length)
            throw Fail(NoSpace(path));
    }

    internal void SetLength(SimFile file, string path, long lengthBytes)
    {
        BeginChange(path);
        var blocksBefore = file.BlocksUsed;
        file.SetLength(lengthBytes);
        CountBlocks(file, blocksBefore);
        Changed(file);
    }

    internal void Flush(SimFile file, string path)
    {
        CheckAlive(path);
        CountChange();
        BeginFlush(path);
        file.Flush();
        if (file.Path is { } current)
            FlushEntry(current);
    }

    internal void CheckOpen(SimDiskFile handle)
    {
        if (handle.Generation != Generation)
            throw Fail(new IOException("The machine has crashed since the file was opened."));
    }

    private long FreeBlocks => Math.Max(0, (Settings.CapacityBytes / SimFile.BlockBytes) - _blocksUsed);

    private static IOException NoSpace(string path) => new($"No space left on device : '{path}'", 28);

    private static UnauthorizedAccessException IsFolder(string path) => new($"Access to the path '{path}' is denied.");

    private static string ParentOf(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash <= 0 ? Root : path[..slash];
    }

    private static bool IsBelow(string path, string folder) =>
        folder == Root || (path.Length > folder.Length && path[folder.Length] == '/'
            && path.StartsWith(folder, StringComparison.Ordinal));

    private static string Normalize(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path[0] != '/' || path.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException($"'{path}' is no path of a simulated disk: they begin with a slash.", nameof(path));
        if (!path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal)
            && (path.Length == 1 || path[^1] != '/'))
            return path;
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("." or ".."))
                parts.Add(part);
        }

        return Root + string.Join('/', parts);
    }

    private Exception Fail(Exception failure)
    {
        Counters.Failures++;
        return failure;
    }

    private void BeginRead(string path, int bytes)
    {
        CheckAlive(path);
        if (Settings.FailsReads)
            throw Fail(new IOException($"Input/output error : '{path}'", 5));
        if (bytes > 0)
            Counters.Reads++;
        Charge(bytes);
    }

    private void BeginChange(string path, int bytes = 0)
    {
        CheckAlive(path);
        CheckWritable(path);
        if (Settings.FailsWrites)
            throw Fail(new IOException($"Input/output error : '{path}'", 5));
        CountChange();
        Counters.Writes++;
        Charge(bytes);
    }

    private void BeginFlush(string path)
    {
        CheckWritable(path);
        if (Settings.FailsFlushes)
            throw Fail(new IOException($"Input/output error : '{path}'", 5));
        Counters.Flushes++;
        Charge(0);
    }

    private void CountChange()
    {
        Changes++;
        if (_changesLeft > 0)
            _changesLeft--;
    }

    /// <summary>A file that was deleted while it is open takes no room; nobody will miss what a disk forgives there.</summary>
    private void CountBlocks(SimFile file, int before)
    {
        if (file.Path != null)
            _blocksUsed += file.BlocksUsed - before;
    }

    private void CheckAlive(string path)
    {
        if (IsDead)
            throw Fail(new IOException($"The machine has crashed : '{path}'"));
    }

    private void CheckWritable(string path)
    {
        if (Settings.IsReadOnly)
            throw Fail(new IOException($"Read-only file system : '{path}'", 30));
        if (Held.Folders.Contains(path))
            throw Fail(IsFolder(path));
    }

    private void CheckParent(string path)
    {
        if (!Held.Folders.Contains(ParentOf(path)))
            throw Fail(new DirectoryNotFoundException($"Could not find a part of the path '{path}'."));
    }

    private SimFile Find(string path)
    {
        if (Held.Files.TryGetValue(path, out var file))
            return file;
        if (Held.Folders.Contains(path))
            throw Fail(IsFolder(path));
        CheckParent(path);
        throw Fail(new FileNotFoundException($"Could not find file '{path}'.", path));
    }

    private SimFile NewFile(string path) => new(_scheduler.Blocks) { Path = path, ChangedTicks = NextChangeTicks() };

    /// <summary>
    /// Virtual time stands still during a turn, in which a real clock would have gone on: no two changes have the same time.
    /// </summary>
    private long NextChangeTicks() =>
        _lastChangeTicks = Math.Max(_lastChangeTicks + 1, _scheduler.Clock.GetUtcNow().UtcTicks);

    private void SetEntry(string path, SimFile file)
    {
        if (Held.Files.ContainsKey(path))
            RemoveEntry(path);
        Held.Files[path] = file;
        _blocksUsed += file.BlocksUsed;
        file.Path = path;
        Held.ChangedEntries.Add(path);
    }

    private void RemoveEntry(string path)
    {
        if (Held.Files.Remove(path, out var removed))
        {
            removed.Path = null;
            _blocksUsed -= removed.BlocksUsed;
        }

        Held.ChangedEntries.Add(path);
    }

    private void FlushFolder(string folder)
    {
        foreach (var path in Held.ChangedEntries.Where(path => ParentOf(path) == folder).ToList())
            FlushEntry(path);
    }

    private void FlushEntry(string path)
    {
        Held.ChangedEntries.Remove(path);
        if (Held.Files.TryGetValue(path, out var file))
            Held.SafeFiles[path] = file;
        else
            Held.SafeFiles.Remove(path);
    }

    private void Changed(SimFile file)
    {
        file.ChangedTicks = NextChangeTicks();
        if (file.Path is { } path)
            Changed(path);
    }

    private void Changed(string path)
    {
        foreach (var watch in Held.Watches)
        {
            if (!watch.IsPending && IsBelow(path, watch.Folder))
            {
                watch.IsPending = true;
                _scheduler.CallAfter(Settings.WatchDelay.Ticks, watch.Tell);
            }
        }
    }

    private void Charge(int bytes)
    {
        var settings = Settings;
        if (settings.TimePerOperation == TimeSpan.Zero && settings.BytesPerSecond == 0)
            return;
        var ticks = settings.TimePerOperation.Ticks;
        if (settings.BytesPerSecond > 0)
            ticks += (long)((double)bytes * TimeSpan.TicksPerSecond / settings.BytesPerSecond);
        Counters.BusyTime += new TimeSpan(ticks);
        _scheduler.Runs.Charge(this, ticks);
    }

    private Tables Held => _tables ??= new Tables();

    private sealed class Tables
    {
        public Dictionary<string, SimFile> Files { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, SimFile> SafeFiles { get; } = new(StringComparer.Ordinal);

        public HashSet<string> ChangedEntries { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Folders { get; } = new(StringComparer.Ordinal) { Root };

        public List<SimDiskWatch> Watches { get; } = [];

        public SimDiskCounters Counters { get; } = new();
    }
}
