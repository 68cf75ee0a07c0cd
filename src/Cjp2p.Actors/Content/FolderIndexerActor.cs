using System.Security.Cryptography;
using Akka.Actor;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>
/// Hashes the files of one shared folder (or one shared file), in slices, so that it hears other messages in between and
/// shares its thread. Files whose length and time did not change are not hashed again. Child of
/// <see cref="ContentStoreActor"/>; when it fails it is started anew and looks again.
/// </summary>
internal sealed class FolderIndexerActor : InspectedActor
{
    // Idle -> (Scan) Listing -> Hashing -> Idle
    private const int FilesPerSlice = 256;
    private const int BytesPerSlice = 8 * 1024 * 1024;

    private readonly NodeServices _node;
    private readonly string _folder;
    private readonly int _filesMax;
    private readonly Dictionary<string, SharedFile> _known;
    private readonly Queue<FileStat> _toHash = new();
    private readonly HashSet<string> _seen = [];
    private IEnumerator<FileStat>? _listing;
    private bool _scanAgain;
    private Hashing? _hashing;
    private byte[]? _buffer;

    public FolderIndexerActor(NodeServices node, string folder, IReadOnlyCollection<SharedFile> known) : base(node)
    {
        _node = node;
        _folder = folder;
        _filesMax = node.Settings.Content.FilesMax;
        _known = known.ToDictionary(file => file.File.Path, StringComparer.Ordinal);
    }

    public static Props Props(NodeServices node, string folder, IReadOnlyCollection<SharedFile> known) =>
        NodeProps.OnDisk((node, folder, known), static of => new FolderIndexerActor(of.node, of.folder, of.known));

    protected override void PreStart() => Self.Tell(FolderIndexerProtocol.Scan.Instance);

    protected override void PostStop()
    {
        _listing?.Dispose();
        _hashing?.Dispose();
    }

    protected override void OnReceive(object message) => Idle(message);

    // A file that was fetched is known in every state.
    protected override bool AroundReceive(Receive receive, object message)
    {
        switch (message)
        {
            case FolderIndexerProtocol.Known known:
                _known[known.File.File.Path] = known.File;
                return true;
            case FolderIndexerProtocol.Forget forget:
                _known.Remove(forget.Path);
                return true;
            default:
                return base.AroundReceive(receive, message);
        }
    }

    private protected override ActorState Inspect()
    {
        var phase = _listing is not null ? "Listing" : _hashing is not null || _toHash.Count > 0 ? "Hashing" : "Idle";
        return new FolderIndexerState(
            _hashing is { } hashing ? $"Hashing {hashing.Path}, {_toHash.Count} more" : $"{phase}, {Amounts.Count(_known.Count, "file")} known",
            _folder,
            phase,
            _known.Count,
            _seen.Count,
            _toHash.Count,
            _hashing?.Path,
            _hashing?.Offset ?? 0);
    }

    private void Idle(object message)
    {
        switch (message)
        {
            case FolderIndexerProtocol.Scan:
                BeginListing();
                break;
            case FolderIndexerProtocol.Continue:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Listing(object message)
    {
        switch (message)
        {
            case FolderIndexerProtocol.Scan:
                _scanAgain = true;
                break;
            case FolderIndexerProtocol.Continue:
                ListSlice();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void HashingFiles(object message)
    {
        switch (message)
        {
            case FolderIndexerProtocol.Scan:
                _scanAgain = true;
                break;
            case FolderIndexerProtocol.Continue:
                HashSlice();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void BeginListing()
    {
        _scanAgain = false;
        _seen.Clear();
        _toHash.Clear();
        try
        {
            _listing = (_node.Disk.TryStat(_folder, out var single) ? [single] : _node.Disk.Enumerate(_folder, (path, e) => TellProblem(path, e, isListed: false))).GetEnumerator();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TellProblem(_folder, e, isListed: false);
            // Not there any more, and so are its files; what they were is remembered, in case it comes back.
            if (e is DirectoryNotFoundException or FileNotFoundException)
                Context.Parent.Tell(new FolderIndexerProtocol.FolderGone(_folder));
            Finish();
            return;
        }

        Become(Listing);
        Self.Tell(FolderIndexerProtocol.Continue.Instance);
    }

    private void ListSlice()
    {
        try
        {
            for (var i = 0; i < FilesPerSlice; i++)
            {
                if (!_listing!.MoveNext())
                {
                    EndListing();
                    return;
                }

                if (IsOurs(_listing.Current.Path))
                    continue;
                if (_seen.Count == _filesMax)
                {
                    TellTooMany();
                    EndListing();
                    return;
                }

                Look(_listing.Current);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TellProblem(_folder, e, isListed: false);
            EndListing();
            return;
        }

        Self.Tell(FolderIndexerProtocol.Continue.Instance);
    }

    // What we write ourselves is not for sharing.
    private static bool IsOurs(string path) => path.EndsWith(DownloadFileActor.UnfinishedSuffix, StringComparison.Ordinal)
        || path.EndsWith(DownloadFileActor.MapSuffix, StringComparison.Ordinal);

    private void Look(in FileStat stat)
    {
        _seen.Add(stat.Path);
        if (_known.TryGetValue(stat.Path, out var known) && known.File == stat)
            Context.Parent.Tell(new FolderIndexerProtocol.FileIndexed(_folder, known));
        else
            _toHash.Enqueue(stat);
    }

    private void EndListing()
    {
        _listing?.Dispose();
        _listing = null;
        foreach (var gone in _known.Values.Where(file => !_seen.Contains(file.File.Path)).ToArray())
            Forget(gone);
        Become(HashingFiles);
        Context.Parent.Tell(new FolderIndexerProtocol.Waiting(_folder, _toHash.Count));
        Self.Tell(FolderIndexerProtocol.Continue.Instance);
    }

    private void HashSlice()
    {
        if (_hashing is null)
        {
            if (!_toHash.TryDequeue(out var next))
            {
                Finish();
                return;
            }

            Begin(next);
        }

        if (_hashing is { } hashing)
            Step(hashing);
        Self.Tell(FolderIndexerProtocol.Continue.Instance);
    }

    private void Begin(in FileStat stat)
    {
        if (_known.TryGetValue(stat.Path, out var changed))
            Forget(changed);
        try
        {
            _hashing = new Hashing(_node.Disk.OpenRead(stat.Path), stat.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TellProblem(stat.Path, e, isListed: true);
        }
    }

    private void Step(Hashing hashing)
    {
        try
        {
            _buffer ??= new byte[SpanGeometry.SpanBytes];
            for (var read = 0; read < BytesPerSlice; read += _buffer.Length)
            {
                var bytes = hashing.File.Read(hashing.Offset, _buffer);
                hashing.Hash.AppendData(_buffer, 0, bytes);
                hashing.Offset += bytes;
                if (bytes == _buffer.Length)
                    continue;
                Complete(hashing);
                return;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TellProblem(hashing.Path, e, isListed: true);
            EndHashing();
        }
    }

    private void Complete(Hashing hashing)
    {
        var stat = hashing.File.Stat() with { Path = hashing.Path };
        if (stat.LengthBytes == hashing.Offset && stat == hashing.Before)
        {
            var digest = Sha256Digest.FromBytes(hashing.Hash.GetHashAndReset());
            var file = new SharedFile(ContentId.FromSha256(digest), stat);
            _known[stat.Path] = file;
            Context.Parent.Tell(new FolderIndexerProtocol.FileIndexed(_folder, file));
        }
        else
        {
            // The next look finds it as it is then; looking at once might go on for ever with a file that keeps changing.
            Context.Parent.Tell(new FolderIndexerProtocol.FileUnreadable(
                _folder, hashing.Path, $"{hashing.Path} changed while it was read"));
        }

        EndHashing();
    }

    private void EndHashing()
    {
        _hashing?.Dispose();
        _hashing = null;
    }

    private void TellTooMany() => Context.Parent.Tell(new FolderIndexerProtocol.Skipped(_folder, _folder,
        $"{_folder} has more than {Amounts.Count(_filesMax, "file")} (cjp2p.content.files-max): those that come after, in order of their paths"));

    private void TellProblem(string path, Exception e, bool isListed)
    {
        var reason = $"{path}: {FileProblems.Describe(e)}";
        Context.Parent.Tell(isListed
            ? new FolderIndexerProtocol.FileUnreadable(_folder, path, reason)
            : new FolderIndexerProtocol.Skipped(_folder, path, reason));
    }

    private void Forget(SharedFile file)
    {
        _known.Remove(file.File.Path);
        Context.Parent.Tell(new FolderIndexerProtocol.FileGone(_folder, file));
    }

    private void Finish()
    {
        _buffer = null;
        Become(Idle);
        Context.Parent.Tell(new FolderIndexerProtocol.Scanned(_folder));
        if (_scanAgain)
            Self.Tell(FolderIndexerProtocol.Scan.Instance);
    }

    private sealed class Hashing : IDisposable
    {
        public Hashing(IDiskFile file, string path)
        {
            File = file;
            Path = path;
            Before = file.Stat() with { Path = path };
        }

        public IDiskFile File { get; }

        public string Path { get; }

        public FileStat Before { get; }

        public IncrementalHash Hash { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long Offset { get; set; }

        public void Dispose()
        {
            Hash.Dispose();
            File.Dispose();
        }
    }
}
