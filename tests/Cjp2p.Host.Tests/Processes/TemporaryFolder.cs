using System.Security.Cryptography;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>A folder of one test, with files of random content; removed when disposed.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Root = Directory.CreateTempSubdirectory("cjp2p-").FullName;

    public string Root { get; }

    public string In(params string[] names) => Path.Combine([Root, .. names]);

    /// <summary>Makes a folder below.</summary>
    public string Folder(string name) => Directory.CreateDirectory(In(name)).FullName;

    /// <summary>Makes a file of random bytes and returns its id.</summary>
    public string File(string path, long bytes, int seed)
    {
        var random = new Random(seed);
        var buffer = new byte[1 << 20];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var file = System.IO.File.Create(In(path)))
        {
            for (var left = bytes; left > 0;)
            {
                random.NextBytes(buffer);
                var count = (int)Math.Min(left, buffer.Length);
                file.Write(buffer, 0, count);
                hash.AppendData(buffer, 0, count);
                left -= count;
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The id of a file's content.</summary>
    public string IdOf(string path)
    {
        using var file = System.IO.File.OpenRead(In(path));
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
