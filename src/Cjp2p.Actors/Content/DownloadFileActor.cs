using System.Buffers.Binary;
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
internal sealed class DownloadFileActor : InspectedActor
{
    /// <summary>Ending of an unfinished file's name.</summary>
    public const string UnfinishedSuffix = ".cjp2p-part";

    /// <summary>Ending of the name of the map that says what of it is written.</summary>
    public const string MapSuffix = ".cjp2p-map";

    private const int CatchUpSpansMax = 8;
    private const long RoomBytesMin = 16 * 1024 * 1024;
    private const int MapHeaderBytes = 8 + 32 + 8;
    private static ReadOnlySpan<byte> MapMagic => "CJP2PM01"u8;

    // Closed -> (Open) Open -> (Finish) stopped by the download
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
        Akka.Actor.Props.Create(() => new DownloadFileActor(node, wanted, unfinishedPath, targetPath, inTransit))
            .WithDispatcher(NodeActor.DiskDispatcher).WithMailbox(NodeMailbox.Id);

    protected override void PostStop()
    {
        _hash.Dispose();
        _file?.Dispose();
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
            case DownloadFileProtocol.Open open:
                Sender.Tell(Try(() => Open(open), reason => new DownloadFileProtocol.Trouble(reason)));
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
            return failed(e.Message);
        }
    }

    private DownloadFileProtocol.Opened Open(DownloadFileProtocol.Open open)
    {
        _file?.Dispose();
        _file = null;
        _attempt = open.Attempt;
        _length = open.LengthBytes;
        if (_isFinished)
            return new DownloadFileProtocol.Opened(_attempt, _written);
        _file = _node.Disk.OpenWrite(_path);
        _written = open.Known is { } known ? BlockMap.FromBits(SpanGeometry.SpanCount(_length), known) : RestoreMap();
        ForgetWhatIsNotThere();
        CheckRoom();
        // What is written from now on would make the map of another length, or of bytes found wrong, a lie.
        if (_written.OnDisk == 0)
            _node.Disk.Delete(_path + MapSuffix);
        RestartHash();
        return new DownloadFileProtocol.Opened(_attempt, BlockMap.FromBits(_written.Count, _written.ToBits()));
    }

    // What an earlier run wrote for the same content and length; anything else in the file is worth nothing.
    private BlockMap RestoreMap()
    {
        var spans = SpanGeometry.SpanCount(_length);
        var map = _node.Disk.ReadSmall(_path + MapSuffix, MapHeaderBytes + (int)(spans / 8) + 1);
        if (map is null || map.Length < MapHeaderBytes
            || !map.AsSpan(0, 8).SequenceEqual(MapMagic)
            || Sha256Digest.FromBytes(map.AsSpan(8, 32)) != _wanted
            || BinaryPrimitives.ReadInt64LittleEndian(map.AsSpan(40)) != _length)
            return new BlockMap(spans);
        return BlockMap.FromBits(spans, map.AsSpan(MapHeaderBytes));
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

    // What cannot be stored need not be fetched.
    private void CheckRoom()
    {
        var missing = _length - (long)_written.OnDisk * SpanGeometry.SpanBytes;
        if (missing > 0 && _node.Disk.FreeBytes(Path.GetDirectoryName(_path) ?? "") < Math.Min(missing, RoomBytesMin))
            throw new IOException($"No space left for {_target}");
    }

    private DownloadFileProtocol.SpanWritten Write(DownloadFileProtocol.WriteSpan write)
    {
        var bytes = write.Buffer.AsSpan(0, write.Length);
        // It may be of a length that was believed before.
        if (write.Span >= _written.Count || write.Length != SpanGeometry.SpanLength(write.Span, _length))
            throw new IOException($"{_path} has no such span");
        (_file ?? throw new IOException("the file is not open")).Write((long)write.Span * SpanGeometry.SpanBytes, bytes);
        // A span that is written a second time was found wrong: nothing hashed since it holds any more.
        if (write.Span < _hashed)
            RestartHash();
        _written[write.Span] = SpanStatus.Written;
        if (write.Span == _hashed)
        {
            _hash.AppendData(bytes);
            _hashed++;
            CatchUp();
        }

        return new DownloadFileProtocol.SpanWritten(write.Span, write.Generation);
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
        if (actual != _wanted)
            return new DownloadFileProtocol.Mismatch(_attempt, actual);
        // An earlier, longer claim may have left bytes behind the end.
        if (_file!.Stat().LengthBytes != _length)
            _file.SetLength(_length);
        _file.Flush();
        _file.Dispose();
        _file = null;
        _node.Disk.Rename(_path, _target);
        _isFinished = true;
        // The content is in its place: a map that stays behind is a blemish and nothing worse.
        Try(() =>
        {
            _node.Disk.Delete(_path + MapSuffix);
            return DownloadFileProtocol.Saved.Instance;
        }, _ => DownloadFileProtocol.Saved.Instance);
        return null;
    }

    // Spans that came before their turn are hashed from the page cache, a few at a time so that writing goes on.
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
        _buffer ??= new byte[SpanGeometry.SpanBytes];
        var bytes = _buffer.AsSpan(0, SpanGeometry.SpanLength(_hashed, _length));
        if (_file!.Read((long)_hashed * SpanGeometry.SpanBytes, bytes) != bytes.Length)
            throw new IOException($"{_path} is shorter than what was written to it");
        _hash.AppendData(bytes);
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
        // The map first: without it, what is left of the file is worth nothing.
        _node.Disk.Delete(_path + MapSuffix);
        _node.Disk.Delete(_path);
        return DownloadFileProtocol.Saved.Instance;
    }

    private DownloadFileProtocol.Saved Save()
    {
        if (_isFinished || _written.OnDisk == 0)
            return DownloadFileProtocol.Saved.Instance;
        var bits = _written.ToBits();
        // Data first: a map must not promise what a crash would take away. (A file that could not be given its name is closed
        // and flushed.)
        _file?.Flush();
        var map = new byte[MapHeaderBytes + bits.Length];
        MapMagic.CopyTo(map);
        _wanted.CopyTo(map.AsSpan(8));
        BinaryPrimitives.WriteInt64LittleEndian(map.AsSpan(40), _length);
        bits.CopyTo(map.AsSpan(MapHeaderBytes));
        _node.Disk.WriteSmall(_path + MapSuffix, map);
        return DownloadFileProtocol.Saved.Instance;
    }
}
