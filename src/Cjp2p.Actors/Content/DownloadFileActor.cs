using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Akka.Actor;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>
/// The unfinished file of one download, on the disk dispatcher: one write a span, the hash of the whole computed along the
/// way, and at the end hash, flush, rename. Trouble with the disk is answered as a value. Has no children; its download
/// treats its failure as trouble with the disk and makes another.
/// </summary>
internal sealed partial class DownloadFileActor : InspectedActor
{
    /// <summary>Ending of an unfinished file's name.</summary>
    public const string UnfinishedSuffix = ".cjp2p-part";

    /// <summary>Ending of the name of the map that says what of it is written.</summary>
    public const string MapSuffix = ".cjp2p-map";

    private const int CatchUpSpansMax = 8;
    private const int SpansPerFlush = 16;
    private const long RoomBytesMin = 16 * 1024 * 1024;

    // Closed -> (Open) Checking what an earlier run left, or Copying what is shared here -> Open -> (Finish) stopped by the download
    private readonly NodeServices _node;
    private readonly Sha256Digest _wanted;
    private readonly BuffersInTransit _inTransit;
    private readonly string _path;
    private readonly string _target;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private IDiskFile? _file;
    private long _length;
    private BlockMap _written = new(0);
    private int _hashed;
    private int _unflushedSpans;
    private int _attempt;
    private bool _isFinished;
    private byte[]? _buffer;

    public DownloadFileActor(
        NodeServices node, Sha256Digest wanted, string unfinishedPath, string targetPath, BuffersInTransit inTransit)
        : base(node)
    {
        _node = node;
        _inTransit = inTransit;
        _wanted = wanted;
        _path = unfinishedPath;
        _target = targetPath;
    }

    public static Props Props(
        NodeServices node, Sha256Digest wanted, string unfinishedPath, string targetPath, BuffersInTransit inTransit) =>
        NodeProps.OnDisk(
            (node, wanted, unfinishedPath, targetPath, inTransit),
            static of => new DownloadFileActor(of.node, of.wanted, of.unfinishedPath, of.targetPath, of.inTransit));

    protected override void PostStop()
    {
        _hash.Dispose();
        _file?.Dispose();
        _marks?.Dispose();
        EndCopying();
        _node.Quota.Release(_path);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DownloadFileProtocol.WriteSpan write:
                Sender.Tell(Try(() => Write(write), reason =>
                    new DownloadFileProtocol.SpanNotWritten(write.Span, write.Generation, reason)));
                // Whatever came of it: the bytes are done with.
                _inTransit.Done(write.Buffer);
                break;
            case DownloadFileProtocol.AuditSpan audit:
                Sender.Tell(Try(() => Audit(audit), reason =>
                    new DownloadFileProtocol.SpanNotWritten(audit.Span, audit.Generation, reason)));
                _inTransit.Done(audit.Buffer);
                break;
            case DownloadFileProtocol.Open open:
                _checking = null;
                EndCopying();
                Answer(Sender, () => Open(open));
                break;
            case ContinueChecking when _checking is { } checking:
                Answer(checking.Asker, () => Check(checking));
                break;
            case ContinueChecking:
                break;
            case ContinueCopying when _copying is { } copying:
                Answer(copying.Asker, () => Copy(copying));
                break;
            case ContinueCopying:
                break;
            case DownloadFileProtocol.Save:
                Sender.Tell(Try(Save, _ => DownloadFileProtocol.Saved.Instance));
                break;
            case DownloadFileProtocol.Discard:
                Sender.Tell(Try(Discard, _ => DownloadFileProtocol.Saved.Instance));
                break;
            case DownloadFileProtocol.Finish:
                Sender.Tell(Try(Finish, reason => new DownloadFileProtocol.Trouble(reason)));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Answer(IActorRef asker, Func<DownloadFileProtocol.IEvent?> action)
    {
        try
        {
            if (action() is { } answer)
                asker.Tell(answer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _checking = null;
            EndCopying();
            RemoveEmpty();
            asker.Tell(new DownloadFileProtocol.Trouble(FileProblems.Describe(e)));
        }
    }

    // A disk that has no room from the start shall not be left with a file that holds nothing.
    private void RemoveEmpty() => Try(
        () =>
        {
            if (_file is { } file && file.Stat().LengthBytes == 0)
            {
                file.Dispose();
                _file = null;
                _node.Disk.Delete(_path);
            }

            return DownloadFileProtocol.Saved.Instance;
        },
        _ => DownloadFileProtocol.Saved.Instance);

    private protected override ActorState Inspect() => new DownloadFileState(
        _isFinished ? "finished" : $"{_written.OnDisk} of {_written.Count} spans written, {_hashed} hashed",
        _path,
        _target,
        _file is not null,
        _isFinished,
        _length,
        _written.Count,
        _written.OnDisk,
        _hashed);

    private static DownloadFileProtocol.IEvent Try(
        Func<DownloadFileProtocol.IEvent> action, Func<string, DownloadFileProtocol.IEvent> failed)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return failed(FileProblems.Describe(e));
        }
    }

    // What cannot be stored need not be fetched.
    private void CheckRoom()
    {
        var missing = _length - (long)_written.OnDisk * SpanGeometry.SpanBytes;
        if (missing > 0)
            CheckFree(Math.Min(missing, RoomBytesMin));
    }

    private void CheckFree(long needed)
    {
        var free = _node.Disk.FreeBytes(Path.GetDirectoryName(_path) ?? "");
        if (free < needed)
            throw new IOException($"No space left for {_target}");
        if (free - needed < _node.Settings.Downloads.FreeFloorBytes)
            throw new IOException($"{_target} would leave less free than the disk is to keep (cjp2p.downloads.free-floor)");
    }

    private DownloadFileProtocol.SpanWritten Write(DownloadFileProtocol.WriteSpan write)
    {
        var bytes = write.Buffer.AsSpan(0, write.Length);
        // It may be of a length that was believed before.
        if (write.Span >= _written.Count || write.Length != SpanGeometry.SpanLength(write.Span, _length))
            throw new IOException($"{_path} has no such span");
        Write(write.Span, bytes);
        return new DownloadFileProtocol.SpanWritten(write.Span, write.Generation);
    }

    private void Write(int span, ReadOnlySpan<byte> bytes)
    {
        var file = _file ?? throw new IOException("the file is not open");
        CheckFree(bytes.Length);
        Dirty();
        var offset = (long)span * SpanGeometry.SpanBytes;
        file.Write(offset, bytes);
        BeginFlush(file);
        Mark(span, bytes);
        // A span that is written a second time was found wrong: nothing hashed since it holds any more.
        if (span < _hashed)
            RestartHash();
        _written[span] = SpanStatus.Written;
        if (span == _hashed)
        {
            _hash.AppendData(bytes);
            _hashed++;
        }

        CatchUp();
    }

    // The disk works while the rest is fetched: the flush at the end waited for 256 MiB otherwise. Spans come out of order, and
    // each start of the disk costs: a few megabytes at a time.
    private void BeginFlush(IDiskFile file)
    {
        if (++_unflushedSpans < SpansPerFlush)
            return;
        _unflushedSpans = 0;
        file.BeginFlush(0, _length);
    }

    private DownloadFileProtocol.SpanAudited Audit(DownloadFileProtocol.AuditSpan audit)
    {
        if (audit.Span >= _written.Count || _written[audit.Span] != SpanStatus.Written || _file is not { } file)
            throw new IOException($"{_path} has no such span");
        var length = SpanGeometry.SpanLength(audit.Span, _length);
        var offset = (long)audit.Span * SpanGeometry.SpanBytes;
        var there = new byte[SpanGeometry.DefaultChunkBytes];
        var heard = ImmutableArray.CreateBuilder<AuditedChunk>();
        var isChanged = false;
        for (var chunk = 0; chunk < audit.Givers.Length; chunk++)
        {
            if ((audit.Chunks >> chunk & 1) == 0)
                continue;
            var at = chunk * SpanGeometry.DefaultChunkBytes;
            var now = audit.Buffer.AsSpan(at, SpanGeometry.ChunkLength(chunk, length, SpanGeometry.DefaultChunkBytes));
            var before = there.AsSpan(0, now.Length);
            if (file.Read(offset + at, before) != before.Length)
                throw new IOException($"{_path} is shorter than what was written to it");
            var isSame = now.SequenceEqual(before);
            heard.Add(new AuditedChunk(chunk, audit.Givers[chunk], isSame, isSame ? default : Digest(before), Digest(now)));
            if (isSame)
                continue;
            isChanged = true;
            Dirty();
            file.Write(offset + at, now);
        }

        if (isChanged)
        {
            if (audit.Span < _hashed)
                RestartHash();
            _buffer ??= new byte[SpanGeometry.SpanBytes];
            Mark(audit.Span, _buffer.AsSpan(0, file.Read(offset, _buffer.AsSpan(0, length))));
        }

        return new DownloadFileProtocol.SpanAudited(audit.Span, audit.Generation, heard.ToImmutable());
    }

    // Half a SHA-256: liars must not find other bytes with the same digest.
    private static UInt128 Digest(ReadOnlySpan<byte> chunk)
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.Bytes];
        SHA256.HashData(chunk, digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }

    private DownloadFileProtocol.IEvent Finish()
    {
        if (!_isFinished && PutInPlace() is { } mismatch)
            return mismatch;
        return _node.Disk.TryStat(_target, out var stat)
            ? new DownloadFileProtocol.Verified(stat)
            : throw new IOException($"{_target} vanished");
    }

    private DownloadFileProtocol.Mismatch? PutInPlace()
    {
        HashRest();
        var actual = Sha256Digest.FromBytes(_hash.GetHashAndReset());
        _hashed = 0;
        if (actual != _wanted && !_node.Mutations.SkipsVerification)
            return new DownloadFileProtocol.Mismatch(_attempt, actual);
        // An earlier, longer claim may have left bytes behind the end.
        if (_file!.Stat().LengthBytes != _length)
            _file.SetLength(_length);
        _file.Flush();
        _file.Dispose();
        _file = null;
        CloseMarks();
        _node.Disk.Rename(_path, _target);
        _isFinished = true;
        _node.Quota.Release(_path);
        // The content is in its place: a map that stays behind is a blemish and nothing worse.
        Try(() =>
        {
            _node.Disk.Delete(MarksPath);
            return DownloadFileProtocol.Saved.Instance;
        }, _ => DownloadFileProtocol.Saved.Instance);
        return null;
    }

    // Spans that came before their turn are hashed from the page cache, a few with each write so that writing goes on.
    private void CatchUp()
    {
        for (var i = 0; i < CatchUpSpansMax && _hashed < _written.Count && _written[_hashed] == SpanStatus.Written; i++)
            HashNext();
    }

    private void HashRest()
    {
        while (_hashed < _written.Count)
            HashNext();
    }

    private void HashNext()
    {
        // Rented and returned on one thread, and only while it is needed: a buffer for each running download would be more
        // than all else that it keeps.
        var buffer = ArrayPool<byte>.Shared.Rent(SpanGeometry.SpanBytes);
        try
        {
            var bytes = buffer.AsSpan(0, SpanGeometry.SpanLength(_hashed, _length));
            if (_file!.Read((long)_hashed * SpanGeometry.SpanBytes, bytes) != bytes.Length)
                throw new IOException($"{_path} is shorter than what was written to it");
            _hash.AppendData(bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        _hashed++;
    }

    private void RestartHash()
    {
        _hash.GetHashAndReset();
        _hashed = 0;
    }

    private DownloadFileProtocol.Saved Discard()
    {
        if (_isFinished)
            return DownloadFileProtocol.Saved.Instance;
        _file?.Dispose();
        _file = null;
        CloseMarks();
        // The marks first: without them, what is left of the file is worth nothing.
        _node.Disk.Delete(MarksPath);
        _node.Disk.Delete(_path);
        return DownloadFileProtocol.Saved.Instance;
    }

    private DownloadFileProtocol.Saved Save()
    {
        if (_isFinished || _checking is not null || _copying is not null || _isClean || _written.OnDisk == 0 || _file is not { } file)
            return DownloadFileProtocol.Saved.Instance;
        // Data first, then its marks, then that nothing has been written since: a later run need not read it all.
        file.Flush();
        var marks = Marks();
        marks.Flush();
        var clean = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(clean, file.Stat().ChangedTicks);
        marks.Write(SpanMarks.CleanOffset, clean);
        marks.Flush();
        _isClean = true;
        return DownloadFileProtocol.Saved.Instance;
    }
}
