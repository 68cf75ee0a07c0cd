namespace Cjp2p.Actors.Simulation;

/// <summary>
/// The content of one file: what programs see, and what a crash would leave. Kept in blocks; a block that was changed since
/// the last flush remembers which of its sectors changed and what it held before.
/// </summary>
internal sealed class SimFile(SimBlockPool pool)
{
    internal const int BlockBytes = 4096;
    internal const int SectorBytes = 512;

    private readonly Dictionary<long, Block> _blocks = [];
    private readonly HashSet<long> _changed = [];
    private long _safeLength;
    private long _safeChangedTicks;

    /// <summary>Its path now, or null once it was deleted or replaced.</summary>
    internal string? Path { get; set; }

    internal long Length { get; private set; }

    internal long ChangedTicks { get; set; }

    /// <summary>Blocks that take room.</summary>
    internal int BlocksUsed { get; private set; }

    internal int Read(long offset, Span<byte> buffer)
    {
        if (offset >= Length)
            return 0;
        var total = (int)Math.Min(buffer.Length, Length - offset);
        for (var done = 0; done < total;)
        {
            var at = (int)((offset + done) % BlockBytes);
            var bytes = Math.Min(BlockBytes - at, total - done);
            BlockAt((offset + done) / BlockBytes).Read(at, buffer.Slice(done, bytes));
            done += bytes;
        }

        return total;
    }

    /// <summary>Writes as much as fits into the blocks that may be taken, and returns how much that was.</summary>
    internal int Write(long offset, ReadOnlySpan<byte> data, long freeBlocks)
    {
        var done = 0;
        while (done < data.Length)
        {
            var index = (offset + done) / BlockBytes;
            var at = (int)((offset + done) % BlockBytes);
            var bytes = Math.Min(BlockBytes - at, data.Length - done);
            if (!BlockAt(index).IsUsed)
            {
                if (freeBlocks-- <= 0)
                    break;
                BlocksUsed++;
            }

            Changing(index).Write(at, data.Slice(done, bytes), pool);
            done += bytes;
        }

        if (done > 0)
            Length = Math.Max(Length, offset + done);
        return done;
    }

    internal void SetLength(long length)
    {
        CutBlocks(length);
        Length = length;
    }

    /// <summary>What is there now survives from now on.</summary>
    internal void Flush()
    {
        foreach (var index in _changed)
        {
            var block = _blocks[index];
            block.Flush();
            if (!block.IsUsed)
                _blocks.Remove(index);
        }

        _changed.Clear();
        _safeLength = Length;
        _safeChangedTicks = ChangedTicks;
    }

    /// <summary>
    /// Of each sector that was not flushed, either the old or the new content stays; the length is the old one, the new one
    /// or, of a file that grew, any sector's end between; and the time of change goes with neither.
    /// </summary>
    internal void Crash(ref SplitMix chance, SimDiskCounters counters)
    {
        if (_changed.Count == 0 && Length == _safeLength)
            return;
        Length = CrashedLength(ref chance);
        ChangedTicks = chance.Chance(0.5) ? ChangedTicks : _safeChangedTicks;
        foreach (var index in _changed.Order())
        {
            var (kept, lost) = _blocks[index].Crash(ref chance);
            counters.SectorsKept += kept;
            counters.SectorsLost += lost;
        }

        // What lies behind the end is gone, so that a file that grows again has zeros there.
        CutBlocks(Length);
        Flush();
        BlocksUsed = _blocks.Count;
    }

    /// <summary>Flips a byte of what is stored: a bit that rotted.</summary>
    internal void Corrupt(long offset) => BlockAt(offset / BlockBytes).Corrupt((int)(offset % BlockBytes));

    private long CrashedLength(ref SplitMix chance)
    {
        var pick = chance.Below(3);
        if (pick == 0 || Length == _safeLength)
            return _safeLength;
        if (pick == 1 || Length < _safeLength)
            return Length;
        var sectors = (Length - _safeLength) / SectorBytes;
        var cut = ((_safeLength / SectorBytes) + (long)chance.Below((ulong)sectors + 1)) * SectorBytes;
        return Math.Clamp(cut, _safeLength, Length);
    }

    /// <summary>Makes zero what lies behind this length.</summary>
    private void CutBlocks(long length)
    {
        foreach (var (index, block) in _blocks)
        {
            var keep = (int)Math.Clamp(length - (index * BlockBytes), 0, BlockBytes);
            if (keep == BlockBytes || !block.IsUsed)
                continue;
            _changed.Add(index);
            block.Cut(keep);
            if (!block.IsUsed)
                BlocksUsed--;
        }
    }

    private Block BlockAt(long index) => _blocks.GetValueOrDefault(index, Block.Empty);

    private Block Changing(long index)
    {
        _changed.Add(index);
        if (!_blocks.TryGetValue(index, out var block))
            _blocks.Add(index, block = new Block());
        return block;
    }

    /// <summary>4,096 bytes, of which only the first sectors that were ever written take memory.</summary>
    private sealed class Block
    {
        internal static readonly Block Empty = new();

        private byte[]? _bytes;
        private byte[]? _safeBytes;
        private byte _changedSectors;
        private bool _isShared;

        internal bool IsUsed => _bytes != null;

        internal void Read(int at, Span<byte> buffer)
        {
            var there = _bytes is { } bytes && at < bytes.Length ? Math.Min(buffer.Length, bytes.Length - at) : 0;
            _bytes.AsSpan(there == 0 ? 0 : at, there).CopyTo(buffer);
            buffer[there..].Clear();
        }

        internal void Write(int at, ReadOnlySpan<byte> data, SimBlockPool pool)
        {
            if (data.Length == BlockBytes)
            {
                if (_changedSectors == 0)
                    _safeBytes = _bytes;
                _changedSectors = byte.MaxValue;
                _bytes = pool.Shared(data);
                _isShared = true;
                return;
            }

            Touch(at, data.Length, at + data.Length);
            data.CopyTo(_bytes.AsSpan(at));
        }

        /// <summary>Makes everything from here on zero.</summary>
        internal void Cut(int at)
        {
            if (_bytes == null || at >= _bytes.Length)
                return;
            Touch(at, BlockBytes - at, _bytes.Length);
            if (at == 0)
                (_bytes, _isShared) = (null, false);
            else
                _bytes.AsSpan(at).Clear();
        }

        internal void Flush()
        {
            _safeBytes = null;
            _changedSectors = 0;
        }

        internal (int Kept, int Lost) Crash(ref SplitMix chance)
        {
            var (kept, lost) = (0, 0);
            for (var sector = 0; sector < BlockBytes / SectorBytes; sector++)
            {
                if ((_changedSectors & (1 << sector)) == 0)
                    continue;
                if (chance.Chance(0.5))
                {
                    kept++;
                    continue;
                }

                lost++;
                Restore(sector * SectorBytes);
            }

            return (kept, lost);
        }

        internal void Corrupt(int at)
        {
            // What is shared with other files rots here alone.
            var wasSafe = _safeBytes == _bytes;
            if (_bytes is { } bytes && at < bytes.Length)
                (_bytes, _isShared) = (Rotten(bytes, at), false);
            if (_safeBytes is { } safe && at < safe.Length)
                _safeBytes = wasSafe ? _bytes : Rotten(safe, at);
        }

        private static byte[] Rotten(byte[] bytes, int at)
        {
            var rotten = (byte[])bytes.Clone();
            rotten[at] ^= 0xFF;
            return rotten;
        }

        /// <summary>Before a change: keeps what was safe, notes the sectors, makes room up to here.</summary>
        private void Touch(int at, int bytes, int roomBytes)
        {
            if (_changedSectors == 0)
                _safeBytes = _bytes;
            if (_changedSectors == 0 || _isShared)
                (_bytes, _isShared) = ((byte[]?)_bytes?.Clone(), false);

            for (var sector = at / SectorBytes; sector * SectorBytes < at + bytes; sector++)
                _changedSectors |= (byte)(1 << sector);
            var room = SectorBytes;
            while (room < roomBytes)
                room *= 2;
            if (_bytes == null)
                _bytes = new byte[room];
            else if (_bytes.Length < room)
                Array.Resize(ref _bytes, room);
        }

        private void Restore(int at)
        {
            var hasSafe = _safeBytes is { } safe && at < safe.Length;
            if (_bytes == null || at >= _bytes.Length)
            {
                if (!hasSafe)
                    return;
                Array.Resize(ref _bytes, Math.Max(_bytes?.Length ?? 0, _safeBytes!.Length));
            }

            if (_isShared)
                (_bytes, _isShared) = ((byte[])_bytes.Clone(), false);
            var sector = _bytes.AsSpan(at, SectorBytes);
            if (hasSafe)
                _safeBytes.AsSpan(at, SectorBytes).CopyTo(sector);
            else
                sector.Clear();
        }
    }
}
