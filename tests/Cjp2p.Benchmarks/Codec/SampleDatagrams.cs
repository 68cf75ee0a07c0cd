using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Benchmarks.Codec;

/// <summary>The datagrams that a node sees most, made by our own writer, with fixed content.</summary>
internal static class SampleDatagrams
{
    /// <summary>Length of the content that is asked for.</summary>
    public const long ContentLength = 256 * 1024 * 1024;

    /// <summary>Requests that a fetching node puts into one datagram.</summary>
    public const int PackedRequests = 8;

    /// <summary>An offset with as many digits as most have.</summary>
    public const long Offset = 100 * 1024 * 1024;

    /// <summary>A cookie payload as we ask for it.</summary>
    public static ReadOnlySpan<byte> CookiePayload => """{"cookie":"0123456789abcdef"}"""u8;

    /// <summary>The text in it.</summary>
    public static ReadOnlySpan<byte> CookieText => "0123456789abcdef"u8;

    /// <summary>The content.</summary>
    public static ContentId Id { get; } = ContentId.FromSha256(
        Sha256Digest.FromBytes(System.Security.Cryptography.SHA256.HashData("benchmark"u8)));

    /// <summary>The bytes of one chunk.</summary>
    public static byte[] Chunk { get; } = RandomBytes(SpanGeometry.DefaultChunkBytes);

    /// <summary>Addresses of peers, IPv4.</summary>
    public static PeerAddress[] Addresses { get; } =
        [.. Enumerable.Range(0, 46).Select(i => PeerAddress.FromIPv4(0x0A00_0000u + (uint)i * 977, (ushort)(20_000 + i)))];

    /// <summary>Makes one of them.</summary>
    public static byte[] Make(SampleKind kind)
    {
        var buffer = new byte[65_507];
        return buffer[..Write(kind, buffer)];
    }

    /// <summary>Writes one of them into <paramref name="buffer"/>; returns its length.</summary>
    public static int Write(SampleKind kind, byte[] buffer)
    {
        var writer = new DatagramWriter(buffer);
        switch (kind)
        {
            case SampleKind.Request:
                writer.TryWritePleaseSendContent(Id, SpanGeometry.DefaultChunkBytes, Offset);
                break;
            case SampleKind.PackedRequests:
                for (var i = 0; i < PackedRequests; i++)
                    writer.TryWritePleaseSendContent(Id, SpanGeometry.DefaultChunkBytes, Offset + i * SpanGeometry.DefaultChunkBytes);
                break;
            case SampleKind.Content:
                writer.TryWriteContent(Id, Offset, Chunk, ContentLength);
                break;
            case SampleKind.PleaseSendPeers:
                writer.TryWritePleaseSendPeers();
                break;
            case SampleKind.CookiePair:
                writer.TryWriteCookieRequest(CookieText);
                writer.TryWriteAlwaysReturned(CookiePayload);
                break;
            case SampleKind.Peers:
                writer.TryWritePeers(Addresses);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }

        return writer.Finish();
    }

    /// <summary>Bytes that are the same in each run.</summary>
    public static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}

/// <summary>Which datagram.</summary>
public enum SampleKind
{
    /// <summary>One PleaseSendContent.</summary>
    Request,

    /// <summary>Eight of them.</summary>
    PackedRequests,

    /// <summary>One Content of 4096 bytes.</summary>
    Content,

    /// <summary>One PleaseSendPeers.</summary>
    PleaseSendPeers,

    /// <summary>A PleaseAlwaysReturnThisMessage and an AlwaysReturned.</summary>
    CookiePair,

    /// <summary>A Peers with 46 IPv4 addresses.</summary>
    Peers,
}
