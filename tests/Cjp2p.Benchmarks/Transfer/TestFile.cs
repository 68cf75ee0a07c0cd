using System.Security.Cryptography;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>A file of random bytes to be transferred, in a folder of its own that goes with it.</summary>
internal sealed class TestFile : IDisposable
{
    private const int PieceBytes = 1024 * 1024;
    private readonly string _folder;
    private int _fetched;

    private TestFile(string folder, long lengthBytes)
    {
        _folder = folder;
        LengthBytes = lengthBytes;
    }

    /// <summary>The folder that goes with it: for whatever else a measurement needs on the disk.</summary>
    public string Folder => _folder;

    /// <summary>Its length.</summary>
    public long LengthBytes { get; }

    /// <summary>Where it is; the only file of its folder.</summary>
    public string SourcePath => Path.Combine(_folder, "source", "random");

    /// <summary>SHA-256 of what was written, in lower-case hex.</summary>
    public string Sha256 { get; private set; } = "";

    /// <summary>Makes one below <paramref name="parent"/>.</summary>
    public static TestFile Create(string parent, long lengthBytes)
    {
        var file = new TestFile(Path.Combine(parent, $"cjp2p-bench-{Environment.ProcessId}"), lengthBytes);
        Directory.CreateDirectory(Path.GetDirectoryName(file.SourcePath)!);
        Directory.CreateDirectory(Path.Combine(file._folder, "fetched"));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var stream = File.Create(file.SourcePath);
        var piece = new byte[PieceBytes];
        for (var left = lengthBytes; left > 0; left -= piece.Length)
        {
            var bytes = piece.AsSpan(0, (int)Math.Min(left, piece.Length));
            RandomNumberGenerator.Fill(bytes);
            hash.AppendData(bytes);
            stream.Write(bytes);
        }

        // Written back now, not while the transfer is measured.
        stream.Flush(flushToDisk: true);
        file.Sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        return file;
    }

    /// <summary>
    /// Writes as much as the file holds, and removes it: then the system has that much memory at hand for whoever writes next. A guest gets
    /// its memory from the host page by page when it is touched, and gives back what it does not use; without this, who comes first pays for
    /// all (docs/performance.md).
    /// </summary>
    public void TakeMemory()
    {
        var path = Path.Combine(_folder, "memory");
        using (var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            var piece = new byte[PieceBytes];
            for (var left = LengthBytes; left > 0; left -= piece.Length)
                stream.Write(piece.AsSpan(0, (int)Math.Min(left, piece.Length)));
        }

        File.Delete(path);
    }

    /// <summary>A path for the next copy.</summary>
    public string NextTarget() => Path.Combine(_folder, "fetched", (++_fetched).ToString("0000", null));

    /// <summary>Makes sure, without any help of the node's, that a copy is what was shared, and removes it.</summary>
    /// <exception cref="TransferException">It is not.</exception>
    public void CheckAndRemove(string path)
    {
        string actual;
        using (var stream = File.OpenRead(path))
        {
            if (stream.Length != LengthBytes)
                throw new TransferException($"WRONG: {path} has {stream.Length} bytes instead of {LengthBytes}.");
            actual = Convert.ToHexStringLower(SHA256.HashData(stream));
        }

        if (actual != Sha256)
            throw new TransferException($"WRONG: {path} has the SHA-256 {actual} instead of {Sha256}.");
        File.Delete(path);
    }

    /// <summary>Changes one bit of a copy, to see whether <see cref="CheckAndRemove"/> finds it.</summary>
    public static void Damage(string path)
    {
        using var stream = File.Open(path, FileMode.Open);
        stream.Position = stream.Length / 2;
        var before = stream.ReadByte();
        stream.Position = stream.Length / 2;
        stream.WriteByte((byte)(before ^ 1));
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
