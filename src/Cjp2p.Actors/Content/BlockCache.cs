namespace Cjp2p.Actors.Content;

/// <summary>
/// Open files and blocks of 256 KiB of shared content, for serving: both bounded, the least recently used go first. A
/// block is taken in only when the file had not changed by the time it was read, so nothing is served under a wrong id.
/// Not thread-safe.
/// </summary>
internal sealed class BlockCache : IDisposable
{
    private readonly IDisk _disk;
    private readonly int _filesMax;
    private readonly Dictionary<string, OpenFile> _files = [];
    private readonly Dictionary<(IDiskFile File, long Block), int> _index = [];
    private readonly int _blocksMax;
    private Slot[] _slots = [];
    private long _uses;

    public BlockCache(IDisk disk, int filesMax, int blocksMax)
    {
        _disk = disk;
        _filesMax = filesMax;
        _blocksMax = blocksMax;
    }

    /// <summary>Files held open.</summary>
    public int OpenFiles => _files.Count;

    /// <summary>Blocks held.</summary>
    public int Blocks => _index.Count;

    /// <summary>Files that were closed to make room.</summary>
    public long FilesEvicted { get; private set; }

    /// <summary>Blocks that had to make room.</summary>
    public long BlocksEvicted { get; private set; }

    /// <summary>
    /// The bytes of a range within one block of a file that has to be as <paramref name="expected"/> says; false when it
    /// is not any more. The memory is valid until the next call.
    /// </summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public bool TryRead(in FileStat expected, long offset, int length, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        if (!TryOpen(expected, out var open))
            return false;
        var block = offset / SpanGeometry.SpanBytes;
        if (!_index.TryGetValue((open.File, block), out var slot))
        {
            slot = Claim();
            var buffer = _slots[slot].Bytes ??= new byte[SpanGeometry.SpanBytes];
            var wanted = SpanGeometry.SpanLength(block, expected.LengthBytes);
            var read = open.File.Read(block * SpanGeometry.SpanBytes, buffer.AsSpan(0, wanted));
            var now = open.File.Stat();
            if (read != wanted || now.LengthBytes != expected.LengthBytes || now.ChangedTicks != expected.ChangedTicks)
            {
                Close(expected.Path);
                return false;
            }

            _slots[slot].Key = (open.File, block);
            _index[(open.File, block)] = slot;
        }

        _slots[slot].UsedAt = open.UsedAt = ++_uses;
        bytes = _slots[slot].Bytes.AsMemory((int)(offset % SpanGeometry.SpanBytes), length);
        return true;
    }

    /// <summary>Closes one file and forgets its blocks.</summary>
    public void Close(string path)
    {
        if (!_files.Remove(path, out var open))
            return;
        for (var i = 0; i < _slots.Length; i++)
        {
            if (_slots[i].Key is { } key && ReferenceEquals(key.File, open.File))
            {
                _index.Remove(key);
                _slots[i].Key = null;
            }
        }

        open.File.Dispose();
    }

    /// <summary>Closes the files that were not used since the last call of this.</summary>
    public void CloseIdle()
    {
        foreach (var path in _files.Where(file => file.Value.UsedAt <= file.Value.SweptAt).Select(file => file.Key).ToArray())
            Close(path);
        foreach (var open in _files.Values)
            open.SweptAt = open.UsedAt;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var path in _files.Keys.ToArray())
            Close(path);
    }

    private bool TryOpen(in FileStat expected, out OpenFile open)
    {
        if (_files.TryGetValue(expected.Path, out open!))
        {
            if (open.Expected == expected)
                return true;
            Close(expected.Path);
        }

        if (_files.Count >= _filesMax)
        {
            FilesEvicted++;
            Close(_files.MinBy(file => file.Value.UsedAt).Key);
        }

        var file = _disk.OpenRead(expected.Path);
        var now = file.Stat();
        if (now.LengthBytes != expected.LengthBytes || now.ChangedTicks != expected.ChangedTicks)
        {
            file.Dispose();
            return false;
        }

        open = _files[expected.Path] = new OpenFile { File = file, Expected = expected };
        return true;
    }

    private int Claim()
    {
        // Most nodes of a simulation never serve anything.
        if (_slots.Length == 0)
            _slots = new Slot[_blocksMax];
        var oldest = 0;
        for (var i = 0; i < _slots.Length; i++)
        {
            if (_slots[i].Key is null)
                return i;
            if (_slots[i].UsedAt < _slots[oldest].UsedAt)
                oldest = i;
        }

        BlocksEvicted++;
        _index.Remove(_slots[oldest].Key!.Value);
        _slots[oldest].Key = null;
        return oldest;
    }

    private sealed class OpenFile
    {
        public required IDiskFile File { get; init; }

        public required FileStat Expected { get; init; }

        public long UsedAt { get; set; }

        public long SweptAt { get; set; } = -1;
    }

    private struct Slot
    {
        public byte[]? Bytes;
        public (IDiskFile File, long Block)? Key;
        public long UsedAt;
    }
}
