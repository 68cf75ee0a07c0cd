using System.Collections.Immutable;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Dashboard.Parts;

/// <summary>
/// Peers by round-trip time around us: near ones within, each network in its own direction. Pure. Four bytes a peer: angle
/// (two, low first), distance (0 to 254; 255: not known), whether it is in doubt.
/// </summary>
public static class PeerMap
{
    /// <summary>Peers that are drawn at the most.</summary>
    public const int PeersMax = 20_000;

    private const double LeastMs = 0.1;
    private const double Decades = 5;

    /// <summary>The picture, in base64.</summary>
    /// <param name="peers">The peers.</param>
    public static string Draw(ImmutableArray<PeerRecord> peers)
    {
        var count = Math.Min(peers.Length, PeersMax);
        var bytes = new byte[count * 4];
        for (var i = 0; i < count; i++)
        {
            var angle = Angle(peers[i].Address);
            bytes[4 * i] = (byte)angle;
            bytes[4 * i + 1] = (byte)(angle >> 8);
            bytes[4 * i + 2] = Distance(peers[i].RoundTrip);
            bytes[4 * i + 3] = peers[i].UnansweredProbes > 1 ? (byte)1 : (byte)0;
        }

        return Convert.ToBase64String(bytes);
    }

    /// <summary>Distance of a round-trip time: 0 for 0.1 ms and less, 254 for 10 s and more, 255 when it is not known.</summary>
    public static byte Distance(TimeSpan roundTrip) => roundTrip <= TimeSpan.Zero
        ? byte.MaxValue
        : (byte)Math.Clamp(Math.Round(Math.Log10(roundTrip.TotalMilliseconds / LeastMs) / Decades * 254), 0, 254);

    // The same for the same address in every process; the ports of one machine stand side by side.
    private static ushort Angle(in PeerAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.WriteAddressBytes(bytes);
        var hash = 2166136261u;
        foreach (var one in bytes)
            hash = (hash ^ one) * 16777619;
        var machine = (hash ^ (hash >> 15)) * 2654435761;
        return (ushort)((machine >> 16) + address.Port * 40503u);
    }
}
