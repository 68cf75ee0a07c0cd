using System.Buffers.Binary;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Peers;

/// <summary>
/// What verified peers say our address looks like from where they are (the field <c>you_appear_to_be_at</c> of Peers). Each
/// network (/24, /48) has one word, its last, for an hour; an address is believed when three networks and more than half of
/// all say so, since a single liar may name any. Bounded. Pure; state of <see cref="PeerRegistryActor"/>.
/// </summary>
public sealed class SeenAddresses
{
    /// <summary>Networks whose word is kept.</summary>
    public const int ReportersMax = 64;

    /// <summary>Networks that have to agree.</summary>
    public const int AgreeMin = 3;

    private static readonly TimeSpan AgeMax = TimeSpan.FromHours(1);
    private readonly Dictionary<UInt128, (PeerAddress Seen, TimeSpan At)> _reports = [];

    /// <summary>Networks whose word is kept now.</summary>
    public int Count => _reports.Count;

    /// <summary>
    /// A verified peer says where it sees us; the oldest word makes room. False when its network has said the same before, or
    /// what is said makes no sense.
    /// </summary>
    public bool Report(in PeerAddress reporter, in PeerAddress seen, TimeSpan now)
    {
        if (seen.Port == 0 || seen.IsUnspecified || seen.IsMulticast || seen.IsBroadcast || seen.IsLoopback || reporter.IsLoopback)
            return false;
        var network = NetworkOf(reporter);
        if (_reports.Count >= ReportersMax && !_reports.ContainsKey(network))
            _reports.Remove(_reports.MinBy(report => (report.Value.At, report.Key)).Key);
        var isNew = !_reports.TryGetValue(network, out var before) || before.Seen != seen;
        _reports[network] = (seen, now);
        return isNew;
    }

    /// <summary>What most of them say of one family; null: nobody says anything.</summary>
    /// <param name="isIPv6">The family.</param>
    /// <param name="now">The time.</param>
    /// <param name="isOwn">Whether an address belongs to this machine; ports do not matter.</param>
    public SeenAddress? Of(bool isIPv6, TimeSpan now, Func<PeerAddress, bool> isOwn)
    {
        ArgumentNullException.ThrowIfNull(isOwn);
        var fresh = _reports.Values.Where(report => report.Seen.IsIPv6 == isIPv6 && now - report.At <= AgeMax).ToArray();
        var best = fresh.GroupBy(report => report.Seen.WithPort(0))
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key).FirstOrDefault();
        if (best is null)
            return null;
        var (host, reporters) = (best.Key, best.Count());
        var ports = best.GroupBy(report => report.Seen.Port).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).ToArray();
        // A NAT that takes another port for each peer: no port would be right.
        var port = ports.Length > 1 && ports[0].Count() * 2 <= reporters ? (ushort)0 : ports[0].Key;
        return new SeenAddress(
            host.WithPort(port), reporters, reporters >= AgreeMin && reporters * 2 > fresh.Length, !isOwn(host));
    }

    private static UInt128 NetworkOf(in PeerAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.WriteAddressBytes(bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes) >> (address.IsIPv6 ? 80 : 8);
    }
}
