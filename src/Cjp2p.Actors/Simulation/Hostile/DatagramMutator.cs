namespace Cjp2p.Actors.Simulation.Hostile;

/// <summary>
/// Spoils datagrams at random, from a seed: bits, bytes, pieces cut out, doubled or taken from another datagram, and numbers
/// and marks that parsers stumble over.
/// </summary>
internal sealed class DatagramMutator(IReadOnlyList<byte[]> corpus, int seed)
{
    /// <summary>The most that UDP carries.</summary>
    public const int BytesMax = 65_507;

    private static readonly byte[][] Stumbles =
    [
        "0"u8.ToArray(), "-1"u8.ToArray(), "9223372036854775807"u8.ToArray(), "9223372036854775808"u8.ToArray(), "1e308"u8.ToArray(),
        "4294967296"u8.ToArray(), "null"u8.ToArray(), "true"u8.ToArray(), "[]"u8.ToArray(), "{}"u8.ToArray(), "\"\""u8.ToArray(),
        "\\u0000"u8.ToArray(), "\\ud800"u8.ToArray(), "[[[[[[[["u8.ToArray(), "\"eof\":"u8.ToArray(), "\"offset\":"u8.ToArray(),
        "},{"u8.ToArray(), "\\"u8.ToArray(), "="u8.ToArray(), "127.0.0.1:24254"u8.ToArray(),
    ];

    private readonly Random _random = new(seed);
    private readonly byte[] _room = new byte[BytesMax];

    /// <summary>The next one; valid until the call after.</summary>
    public ReadOnlySpan<byte> Next()
    {
        var from = corpus[_random.Next(corpus.Count)];
        var bytes = Math.Min(from.Length, BytesMax);
        from.AsSpan(0, bytes).CopyTo(_room);
        for (var i = _random.Next(1, 6); i > 0 && bytes > 0; i--)
            bytes = Spoil(bytes);
        return _room.AsSpan(0, bytes);
    }

    private int Spoil(int bytes)
    {
        var at = _random.Next(bytes);
        var length = Math.Min(1 + _random.Next(32), bytes - at);
        switch (_random.Next(8))
        {
            case 0:
                _room[at] ^= (byte)(1 << _random.Next(8));
                return bytes;
            case 1:
                _room[at] = (byte)_random.Next(256);
                return bytes;
            case 2:
                return at;
            case 3:
                _room.AsSpan(at + length, bytes - at - length).CopyTo(_room.AsSpan(at));
                return bytes - length;
            case 4:
                return Insert(_room.AsSpan(at, length).ToArray(), at, bytes);
            case 5:
                var other = corpus[_random.Next(corpus.Count)];
                return other.Length == 0 ? bytes : Insert(Piece(other), at, bytes);
            case 6:
                return Insert(Stumbles[_random.Next(Stumbles.Length)], at, bytes);
            default:
                var stumble = Stumbles[_random.Next(Stumbles.Length)];
                stumble.AsSpan(0, Math.Min(stumble.Length, bytes - at)).CopyTo(_room.AsSpan(at));
                return bytes;
        }
    }

    private byte[] Piece(byte[] other)
    {
        var start = _random.Next(other.Length);
        return other[start..Math.Min(other.Length, start + 1 + _random.Next(200))];
    }

    private int Insert(byte[] piece, int at, int bytes)
    {
        var length = Math.Min(piece.Length, BytesMax - bytes);
        _room.AsSpan(at, bytes - at).CopyTo(_room.AsSpan(at + length));
        piece.AsSpan(0, length).CopyTo(_room.AsSpan(at));
        return bytes + length;
    }
}
