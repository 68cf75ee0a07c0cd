using Cjp2p.Actors.Content;

namespace Cjp2p.Actors.Tests.Doubles;

/// <summary>What is done to a <see cref="MemoryDisk"/>.</summary>
internal enum DiskOperation
{
    Stat,
    Enumerate,
    OpenRead,
    OpenWrite,
    Read,
    Write,
    SetLength,
    BeginFlush,
    Flush,
    ReadSmall,
    WriteSmall,
    Rename,
    Delete,
    CreateFolder,
    Watch,
}

/// <summary>
/// Files in memory, with the switches of disks that misbehave. Folders exist when something is in them. The time of change
/// is a counter.
/// </summary>
internal sealed class MemoryDisk : IDisk
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, MemoryFile> _files = new(StringComparer.Ordinal);
    private readonly List<Watcher> _watchers = [];
    private readonly List<(DiskOperation Operation, string Path)> _log = [];
    private long _changes = 1000;

    /// <summary>Whether nothing more can be written.</summary>
    public bool IsFull { get; set; }

    /// <summary>Whether nothing may be changed.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>What an operation on a path throws; null: it works.</summary>
    public Func<DiskOperation, string, Exception?> Fault { get; set; } = (_, _) => null;

    /// <summary>Called after each successful read of a file.</summary>
    public Action<string> OnRead { get; set; } = _ => { };

    /// <summary>Files that are open.</summary>
    public int OpenHandles { get; private set; }

    /// <summary>Folders that are watched.</summary>
    public int Watchers => _watchers.Count;

    /// <summary>What was done so far.</summary>
    public IReadOnlyList<(DiskOperation Operation, string Path)> Log => _log;

    public IEnumerable<string> Paths
    {
        get
        {
            lock (_lock)
                return [.. _files.Keys];
        }
    }

    /// <summary>Makes or replaces a file, as another program would.</summary>
    public FileStat Put(string path, byte[] content)
    {
        lock (_lock)
        {
            var file = new MemoryFile { ChangedTicks = ++_changes };
            file.Write(0, content);
            _files[path] = file;
            return new FileStat(path, content.Length, file.ChangedTicks);
        }
    }

    /// <summary>Changes one byte of a file in place, and its time of change as well unless <paramref name="secretly"/>.</summary>
    public void Spoil(string path, long offset, bool secretly = false)
    {
        lock (_lock)
        {
            var file = _files[path];
            file.Bytes[offset] ^= 0xff;
            if (!secretly)
                file.ChangedTicks = ++_changes;
        }
    }

    /// <summary>Removes a file, as another program would.</summary>
    public void Take(string path)
    {
        lock (_lock)
            Assert.True(_files.Remove(path), path);
    }

    public bool Exists(string path)
    {
        lock (_lock)
            return _files.ContainsKey(path);
    }

    public byte[] Content(string path)
    {
        lock (_lock)
            return _files[path].ToArray();
    }

    /// <summary>Tells those who watch <paramref name="folder"/>.</summary>
    public void RaiseChanged(string folder)
    {
        foreach (var watcher in _watchers.Where(watcher => watcher.Folder == folder).ToArray())
            watcher.Changed();
    }

    /// <summary>How often something was done to a path.</summary>
    public int Count(DiskOperation operation, string path) => _log.Count(entry => entry == (operation, path));

    public bool TryStat(string path, out FileStat stat)
    {
        lock (_lock)
        {
            Do(DiskOperation.Stat, path);
            var isThere = _files.TryGetValue(path, out var file);
            stat = isThere ? new FileStat(path, file!.Length, file.ChangedTicks) : default;
            return isThere;
        }
    }

    /// <summary>Folders and files below a shared folder that cannot be looked at.</summary>
    public Dictionary<string, Exception> Closed { get; } = [];

    public IEnumerable<FileStat> Enumerate(string folder, Action<string, Exception>? skipped = null)
    {
        FileStat[] found;
        lock (_lock)
        {
            Do(DiskOperation.Enumerate, folder);
            found =
            [
                .. _files.Where(file => file.Key.StartsWith(folder + "/", StringComparison.Ordinal))
                    .Select(file => new FileStat(file.Key, file.Value.Length, file.Value.ChangedTicks)),
            ];
            if (found.Length == 0 && !_folders.Contains(folder))
                throw new DirectoryNotFoundException($"Could not find a part of the path '{folder}'.");
        }

        foreach (var (path, reason) in Closed.Where(one => one.Key.StartsWith(folder + "/", StringComparison.Ordinal)))
            skipped?.Invoke(path, reason);
        return found.Where(file => !Closed.Keys.Any(path => file.Path == path || file.Path.StartsWith(path + "/", StringComparison.Ordinal)));
    }

    public IDiskFile OpenRead(string path)
    {
        lock (_lock)
        {
            Do(DiskOperation.OpenRead, path);
            if (!_files.TryGetValue(path, out var file))
                throw new FileNotFoundException($"Could not find file '{path}'.");
            OpenHandles++;
            return new Handle(this, path, file);
        }
    }

    public IDiskFile OpenWrite(string path)
    {
        lock (_lock)
        {
            Do(DiskOperation.OpenWrite, path);
            MayChange(path);
            if (!_files.TryGetValue(path, out var file))
                _files[path] = file = new MemoryFile { ChangedTicks = ++_changes };
            OpenHandles++;
            return new Handle(this, path, file);
        }
    }

    public byte[]? ReadSmall(string path, int bytesMax)
    {
        lock (_lock)
        {
            Do(DiskOperation.ReadSmall, path);
            return _files.TryGetValue(path, out var file) && file.Length <= bytesMax ? file.ToArray() : null;
        }
    }

    public void WriteSmall(string path, ReadOnlySpan<byte> content)
    {
        lock (_lock)
        {
            Do(DiskOperation.WriteSmall, path);
            MayChange(path);
            MayGrow();
            var file = new MemoryFile { ChangedTicks = ++_changes };
            file.Write(0, content);
            _files[path] = file;
        }
    }

    public void Rename(string from, string to)
    {
        lock (_lock)
        {
            Do(DiskOperation.Rename, to);
            MayChange(to);
            if (!_files.Remove(from, out var file))
                throw new FileNotFoundException($"Could not find file '{from}'.");
            _files[to] = file;
        }
    }

    public void Delete(string path)
    {
        lock (_lock)
        {
            Do(DiskOperation.Delete, path);
            MayChange(path);
            _files.Remove(path);
        }
    }

    public void CreateFolder(string path)
    {
        lock (_lock)
        {
            Do(DiskOperation.CreateFolder, path);
            MayChange(path);
            _folders.Add(path);
        }
    }

    public long FreeBytes(string folder) => IsFull ? 0 : long.MaxValue;

    public IDisposable Watch(string folder, Action changed)
    {
        lock (_lock)
        {
            Do(DiskOperation.Watch, folder);
            var watcher = new Watcher(this, folder, changed);
            _watchers.Add(watcher);
            return watcher;
        }
    }

    private readonly HashSet<string> _folders = [];

    private void Do(DiskOperation operation, string path)
    {
        _log.Add((operation, path));
        if (Fault(operation, path) is { } fault)
            throw fault;
    }

    private void MayChange(string path)
    {
        if (IsReadOnly)
            throw new UnauthorizedAccessException($"Access to the path '{path}' is denied.");
    }

    private void MayGrow()
    {
        if (IsFull)
            throw new IOException("No space left on device");
    }

    private sealed class MemoryFile
    {
        public byte[] Bytes { get; private set; } = new byte[256];

        public long Length { get; private set; }

        public long ChangedTicks { get; set; }

        public void Write(long offset, ReadOnlySpan<byte> data)
        {
            SetLength(Math.Max(Length, offset + data.Length));
            data.CopyTo(Bytes.AsSpan((int)offset));
        }

        public void SetLength(long length)
        {
            if (length > Bytes.Length)
            {
                var larger = new byte[Math.Max(length, Bytes.Length * 2L)];
                Bytes.AsSpan(0, (int)Length).CopyTo(larger);
                Bytes = larger;
            }

            if (length < Length)
                Bytes.AsSpan((int)length, (int)(Length - length)).Clear();
            Length = length;
        }

        public byte[] ToArray() => Bytes[..(int)Length];
    }

    private sealed class Handle(MemoryDisk disk, string path, MemoryFile file) : IDiskFile
    {
        private bool _isClosed;

        public FileStat Stat() => Locked(DiskOperation.Stat, () => new FileStat(path, file.Length, file.ChangedTicks));

        public int Read(long offset, Span<byte> buffer)
        {
            int bytes;
            lock (disk._lock)
            {
                Check(DiskOperation.Read);
                bytes = (int)Math.Clamp(file.Length - offset, 0, buffer.Length);
                file.Bytes.AsSpan((int)Math.Min(offset, file.Length), bytes).CopyTo(buffer);
            }

            disk.OnRead(path);
            return bytes;
        }

        public void Write(long offset, ReadOnlySpan<byte> data)
        {
            lock (disk._lock)
            {
                Check(DiskOperation.Write);
                disk.MayChange(path);
                disk.MayGrow();
                file.Write(offset, data);
                file.ChangedTicks = ++disk._changes;
            }
        }

        public void SetLength(long lengthBytes) => Locked(DiskOperation.SetLength, () =>
        {
            disk.MayChange(path);
            file.SetLength(lengthBytes);
            return file.ChangedTicks = ++disk._changes;
        });

        // A hint, which never fails.
        public void BeginFlush(long offset, long lengthBytes)
        {
            lock (disk._lock)
                disk._log.Add((DiskOperation.BeginFlush, path));
        }

        public void Flush() => Locked(DiskOperation.Flush, () => 0);

        public void Dispose()
        {
            lock (disk._lock)
            {
                if (!_isClosed)
                    disk.OpenHandles--;
                _isClosed = true;
            }
        }

        private T Locked<T>(DiskOperation operation, Func<T> action)
        {
            lock (disk._lock)
            {
                Check(operation);
                return action();
            }
        }

        private void Check(DiskOperation operation)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            disk.Do(operation, path);
        }
    }

    private sealed class Watcher(MemoryDisk disk, string folder, Action changed) : IDisposable
    {
        public string Folder => folder;

        public Action Changed => changed;

        public void Dispose() => disk._watchers.Remove(this);
    }
}
