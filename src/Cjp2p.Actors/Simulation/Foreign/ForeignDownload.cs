using System.Net;
using System.Security.Cryptography;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>A content that a foreign peer fetches. Figures may be read at any time; the task ends when it has the whole.</summary>
internal sealed class ForeignDownload
{
    private readonly TaskCompletionSource<byte[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _data = [];
    private bool[] _have = [];

    internal ForeignDownload(string id, IPEndPoint source, int blockBytes)
    {
        Id = id;
        Source = source;
        BlockBytes = blockBytes;
        Sources.Add(source);
    }

    public string Id { get; }

    /// <summary>The address that the test named.</summary>
    public IPEndPoint Source { get; }

    /// <summary>The only block size this implementation takes.</summary>
    public int BlockBytes { get; }

    /// <summary>Bytes of blocks that count as received.</summary>
    public long BytesDone { get; private set; }

    /// <summary>Length of the content as far as the peer knows it; -1 before the first answer.</summary>
    public long Eof { get; internal set; } = -1;

    /// <summary>Requests sent.</summary>
    public long Requests { get; internal set; }

    /// <summary>Content messages for this id that arrived.</summary>
    public long Contents { get; internal set; }

    /// <summary>Blocks that were there already.</summary>
    public long Duplicates { get; internal set; }

    /// <summary>Blocks thrown away: too short, wrong eof, past the end.</summary>
    public long Refused { get; internal set; }

    /// <summary>Times it started again after a second of silence.</summary>
    public long Stalls { get; internal set; }

    /// <summary>Times the whole was there and its hash was not the id.</summary>
    public int HashFailures { get; internal set; }

    /// <summary>Whether the SHA-256 of the whole is the id; null before. Ruby and Bash never look at it themselves.</summary>
    public bool? HashMatched { get; private set; }

    /// <summary>Ends when the implementation takes the content for complete; fails when it gives up.</summary>
    public Task<byte[]> Completion => _completion.Task;

    internal List<IPEndPoint> Sources { get; } = [];

    internal long Index { get; set; }

    internal TimeSpan LastActivity { get; set; }

    internal bool IsOver => _completion.Task.IsCompleted;

    internal bool Has(long block) => block < _have.Length && _have[block];

    /// <summary>The next block at or after the index that is not there yet, below a length; null if there is none.</summary>
    internal long? NextMissing(long from, long lengthBytes)
    {
        long blocks = (lengthBytes + BlockBytes - 1) / BlockBytes;
        for (long block = from; block < blocks; block++)
            if (!Has(block)) return block;
        return null;
    }

    internal void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        long end = offset + bytes.Length;
        if (end > _data.Length) Array.Resize(ref _data, checked((int)Math.Max(end, Math.Min(2L * _data.Length, Array.MaxLength))));
        bytes.CopyTo(_data.AsSpan((int)offset));
    }

    /// <summary>Counts a block in; false if it was counted before.</summary>
    internal bool Count(long block, int bytes)
    {
        if (Has(block)) return false;
        if (block >= _have.Length) Array.Resize(ref _have, checked((int)Math.Max(block + 1, 2 * _have.Length)));
        _have[block] = true;
        BytesDone += bytes;
        return true;
    }

    internal ReadOnlySpan<byte> Read(long offset, int count) =>
        offset >= _data.Length ? [] : _data.AsSpan((int)offset, (int)Math.Min(count, _data.Length - offset));

    internal bool Hash(long lengthBytes)
    {
        byte[] whole = Whole(lengthBytes);
        HashMatched = string.Equals(Convert.ToHexStringLower(SHA256.HashData(whole)), Id, StringComparison.OrdinalIgnoreCase);
        return HashMatched.Value;
    }

    internal void StartOver()
    {
        _have = [];
        BytesDone = 0;
        Index = 0;
    }

    internal void Complete(long lengthBytes) => _completion.TrySetResult(Whole(lengthBytes));

    internal void GiveUp(string reason) => _completion.TrySetException(new InvalidDataException(reason));

    private byte[] Whole(long lengthBytes)
    {
        byte[] whole = new byte[lengthBytes];
        Read(0, (int)lengthBytes).CopyTo(whole);
        return whole;
    }
}
