using System.Security.Cryptography;

namespace Cjp2p.Benchmarks.Soak;

/// <summary>Files in a shared folder that come and go, with their ids.</summary>
internal sealed class SoakContents(string folder, int bytes, int most, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Lock _lock = new();
    private readonly List<(string Id, string Path, byte[] Bytes)> _files = [];
    private int _made;

    /// <summary>Ids of those that have been there for a while.</summary>
    public string[] Ids
    {
        get
        {
            lock (_lock)
                return [.. _files.Select(file => file.Id)];
        }
    }

    /// <summary>Bytes of one; null: it is gone.</summary>
    public byte[]? BytesOf(string id)
    {
        lock (_lock)
            return _files.Find(file => file.Id == id).Bytes;
    }

    /// <summary>Any of them.</summary>
    public string Any(Random random)
    {
        lock (_lock)
            return _files[random.Next(_files.Count)].Id;
    }

    /// <summary>One more; the oldest goes when there are too many.</summary>
    public void Turn()
    {
        var content = new byte[bytes];
        _random.NextBytes(content);
        var path = Path.Combine(folder, $"{++_made:000000}");
        File.WriteAllBytes(path, content);
        lock (_lock)
        {
            _files.Add((Convert.ToHexStringLower(SHA256.HashData(content)), path, content));
            if (_files.Count <= most)
                return;
            File.Delete(_files[0].Path);
            _files.RemoveAt(0);
        }
    }
}
