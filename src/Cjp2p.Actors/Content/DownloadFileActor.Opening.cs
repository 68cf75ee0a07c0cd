using Akka.Actor;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

// How an unfinished file is opened: what an earlier run left of it is looked at, what is shared here is copied.
internal sealed partial class DownloadFileActor
{
    private const int CheckedPerSlice = 32;
    private Checking? _checking;
    private Copying? _copying;

    // Null: the answer comes when what is there has been looked at.
    private DownloadFileProtocol.Opened? Open(DownloadFileProtocol.Open open)
    {
        _file?.Dispose();
        _file = null;
        CloseMarks();
        _attempt = open.Attempt;
        _length = open.LengthBytes;
        if (_isFinished || IsInPlace())
            return new DownloadFileProtocol.Opened(_attempt, _written);
        if (!_node.Quota.TryReserve(_path, _length))
        {
            throw new IOException(
                $"{_target} would take more than all downloads together may (cjp2p.downloads.quota)");
        }

        RestartHash();
        _file = _node.Disk.OpenWrite(_path);
        var spans = SpanGeometry.SpanCount(_length);
        if (open.Known is { } known)
        {
            _written = BlockMap.FromBits(spans, known);
            ForgetWhatIsNotThere();
            return Opened();
        }

        _written = new BlockMap(spans);
        var marks = ReadMarks();
        // Nothing has been written since it was saved: it is as the marks say, and need not be read.
        if (marks is { } clean && clean.CleanTicks == _file.Stat().ChangedTicks)
        {
            foreach (var span in clean.Marked)
                _written[span] = SpanStatus.Written;
            ForgetWhatIsNotThere();
            return Opened();
        }

        if (marks is not { Marked.Count: > 0 } dirty)
            return BeginCopying() ? null : Opened();
        _checking = new Checking(Sender, dirty);
        Self.Tell(ContinueChecking.Instance);
        return null;
    }

    // Whatever a crash left: what is there and is what was written counts, nothing else. Some at a time, as it is read.
    private DownloadFileProtocol.Opened? Check(Checking checking)
    {
        _buffer ??= new byte[SpanGeometry.SpanBytes];
        for (var i = 0; i < CheckedPerSlice && checking.Next < checking.Marks.Marked.Count; i++)
        {
            var span = checking.Marks.Marked[checking.Next++];
            var bytes = _buffer.AsSpan(0, SpanGeometry.SpanLength(span, _length));
            if (_file!.Read((long)span * SpanGeometry.SpanBytes, bytes) != bytes.Length
                || SpanMarks.Of(bytes) != checking.Marks[span])
                continue;
            _written[span] = SpanStatus.Written;
            if (span != _hashed)
                continue;
            _hash.AppendData(bytes);
            _hashed++;
        }

        if (checking.Next < checking.Marks.Marked.Count)
        {
            Self.Tell(ContinueChecking.Instance);
            return null;
        }

        _checking = null;
        return Opened();
    }

    // What is shared here need not be fetched. It is verified at the end like everything else.
    private bool BeginCopying()
    {
        if (_length == 0 || !_node.Catalog.TryFind(ContentId.FromSha256(_wanted), out var shared)
            || shared.File.LengthBytes != _length)
            return false;
        try
        {
            _copying = new Copying(Sender, shared.File, _node.Disk.OpenRead(shared.File.Path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        CheckFree(_length);
        Self.Tell(ContinueCopying.Instance);
        return true;
    }

    // Some at a time. What cannot be read, or is not what was hashed any more, is left to the sources.
    private DownloadFileProtocol.Opened? Copy(Copying copying)
    {
        _buffer ??= new byte[SpanGeometry.SpanBytes];
        for (var i = 0; i < CheckedPerSlice && copying.Next < _written.Count; i++)
        {
            var bytes = _buffer.AsSpan(0, SpanGeometry.SpanLength(copying.Next, _length));
            if (!copying.TryRead(bytes))
                break;
            Write(copying.Next++, bytes);
        }

        if (copying.Next < _written.Count && copying.IsGood)
        {
            Self.Tell(ContinueCopying.Instance);
            return null;
        }

        EndCopying();
        return Opened();
    }

    private void EndCopying()
    {
        _copying?.Dispose();
        _copying = null;
    }

    private DownloadFileProtocol.Opened Opened()
    {
        CheckRoom();
        // What is written from now on would make the marks of another length, or of bytes found wrong, a lie.
        if (_written.OnDisk == 0)
            _node.Disk.Delete(MarksPath);
        return new DownloadFileProtocol.Opened(_attempt, BlockMap.FromBits(_written.Count, _written.ToBits()));
    }

    // It was renamed, and then the process ended before anybody was told.
    private bool IsInPlace()
    {
        if (_node.Disk.TryStat(_path, out _) || ReadMarks() is null
            || !_node.Disk.TryStat(_target, out var target) || target.LengthBytes != _length)
            return false;
        _buffer ??= new byte[SpanGeometry.SpanBytes];
        using (var file = _node.Disk.OpenRead(_target))
        {
            RestartHash();
            for (long offset = 0; offset < _length;)
            {
                var bytes = file.Read(offset, _buffer);
                if (bytes == 0)
                    return false;
                _hash.AppendData(_buffer, 0, bytes);
                offset += bytes;
            }
        }

        if (Sha256Digest.FromBytes(_hash.GetHashAndReset()) != _wanted)
            return false;
        _node.Disk.Delete(MarksPath);
        _written = new BlockMap(SpanGeometry.SpanCount(_length));
        for (var span = 0; span < _written.Count; span++)
            _written[span] = SpanStatus.Written;
        return _isFinished = true;
    }

    // Somebody may have cut or taken away the file.
    private void ForgetWhatIsNotThere()
    {
        var there = _file!.Stat().LengthBytes;
        foreach (var span in _written.With(SpanStatus.Written).ToArray())
        {
            if ((long)span * SpanGeometry.SpanBytes + SpanGeometry.SpanLength(span, _length) > there)
                _written[span] = SpanStatus.Missing;
        }
    }

    /// <summary>What an earlier run left is being looked at.</summary>
    private sealed class Checking(IActorRef asker, SpanMarks marks)
    {
        public IActorRef Asker => asker;

        public SpanMarks Marks => marks;

        public int Next { get; set; }
    }

    /// <summary>What is shared here under this id is being copied.</summary>
    private sealed class Copying(IActorRef asker, FileStat from, IDiskFile file) : IDisposable
    {
        public IActorRef Asker => asker;

        public int Next { get; set; }

        public bool IsGood { get; private set; } = true;

        public void Dispose() => file.Dispose();

        /// <summary>Reads the next span; false when the file cannot be read, or has changed since it was hashed.</summary>
        public bool TryRead(Span<byte> bytes)
        {
            try
            {
                IsGood = file.Read((long)Next * SpanGeometry.SpanBytes, bytes) == bytes.Length
                    && file.Stat() is var now && now.LengthBytes == from.LengthBytes && now.ChangedTicks == from.ChangedTicks;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                IsGood = false;
            }

            return IsGood;
        }
    }

    private sealed record ContinueCopying
    {
        public static ContinueCopying Instance { get; } = new();
    }

    private sealed record ContinueChecking
    {
        public static ContinueChecking Instance { get; } = new();
    }
}
