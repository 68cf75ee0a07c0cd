using System.Security.Cryptography;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>A folder for one test, with files of known content; removed in the end.</summary>
internal sealed class TestFolder : IDisposable
{
    private const int PieceBytes = 1024 * 1024;

    public TestFolder() => Path = Directory.CreateTempSubdirectory("cjp2p-test-").FullName;

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>Path of something in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Makes a folder in it.</summary>
    public string Folder(string name) => Directory.CreateDirectory(this[name]).FullName;

    /// <summary>Makes a file of random bytes; returns its SHA-256 as hexadecimal digits.</summary>
    public string File(string name, long lengthBytes, int seed = 1)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = System.IO.File.Create(this[name]);
        var random = new Random(seed);
        var piece = new byte[PieceBytes];
        for (var left = lengthBytes; left > 0; left -= piece.Length)
        {
            random.NextBytes(piece);
            var bytes = piece.AsSpan(0, (int)Math.Min(piece.Length, left));
            hash.AppendData(bytes);
            file.Write(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Makes a text file.</summary>
    public string Text(string name, string text)
    {
        System.IO.File.WriteAllText(this[name], text);
        return this[name];
    }

    /// <summary>SHA-256 of a file in it, as hexadecimal digits.</summary>
    public string HashOf(string name)
    {
        using var file = System.IO.File.OpenRead(this[name]);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
