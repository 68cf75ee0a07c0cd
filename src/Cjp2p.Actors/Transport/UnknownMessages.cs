using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>What strangers say that we do not understand: names, how often, by whom, one sample each. Thread-safe; bounded.</summary>
public sealed class UnknownMessages
{
    private const int SendersMax = 8;
    private const int FieldsMax = 8;
    private readonly Dictionary<string, UnknownMessageCount> _byName = [];
    private readonly WireLimits _limits;
    private readonly int _namesMax;

    /// <param name="limits">Length of names and samples.</param>
    /// <param name="namesMax">Names counted one by one.</param>
    public UnknownMessages(WireLimits limits, int namesMax)
    {
        _limits = limits;
        _namesMax = namesMax;
    }

    /// <summary>Names that are counted one by one.</summary>
    public int Names
    {
        get
        {
            lock (_byName)
                return _byName.Count;
        }
    }

    /// <summary>Unknown messages with a name beyond the cap.</summary>
    public long Others { get; private set; }

    /// <summary>Counts one unknown element of a datagram.</summary>
    public void Count(in PeerAddress source, ReadOnlySpan<byte> datagram, in WireElement element, TimeSpan now)
    {
        var message = (UnknownMessage)WireDecode.ToMessage(datagram, element, _limits);
        Count(source, message.Name, message.Raw, now);
    }

    /// <summary>
    /// Counts the fields of a known message that we do not know, as <c>Message.field</c>, with their values as samples. Of one
    /// message the first eight are looked at.
    /// </summary>
    public void CountFields(in PeerAddress source, ReadOnlySpan<byte> datagram, in WireElement element, TimeSpan now)
    {
        var fields = new JsonFields(datagram, element.Payload);
        for (var left = FieldsMax; left > 0 && fields.Next();)
        {
            if (DatagramReader.IsKnownField(element.Kind, fields.Name.Of(datagram)))
                continue;
            left--;
            var field = (UnknownMessage)WireDecode.ToMessage(
                datagram, new WireElement { Kind = WireMessageKind.Unknown, Name = Cut(datagram, fields.Name), Payload = fields.Value }, _limits);
            Count(source, $"{element.Kind}.{field.Name}", field.Raw, now);
        }
    }

    // As long as the name of a message may be, and not in the middle of a character.
    private WireSlice Cut(ReadOnlySpan<byte> datagram, WireSlice name)
    {
        var length = Math.Min(name.Length, _limits.NameBytesMax);
        while (length < name.Length && length > 0 && (datagram[name.Start + length] & 0xC0) == 0x80)
            length--;
        return new WireSlice(name.Start, length);
    }

    private void Count(in PeerAddress source, string name, RawJson sample, TimeSpan now)
    {
        lock (_byName)
        {
            if (_byName.TryGetValue(name, out var known))
                _byName[name] = known with { Count = known.Count + 1, LastAt = now, Senders = With(known.Senders, source) };
            else if (_byName.Count < _namesMax)
                _byName[name] = new UnknownMessageCount(name, 1, now, now, [source], sample);
            else
                Others++;
        }
    }

    private static ImmutableArray<PeerAddress> With(ImmutableArray<PeerAddress> senders, in PeerAddress source) =>
        senders.Length >= SendersMax || senders.Contains(source) ? senders : senders.Add(source);

    /// <summary>The counts, by name.</summary>
    public IReadOnlyList<UnknownMessageCount> Snapshot()
    {
        lock (_byName)
            return [.. _byName.Values.OrderBy(count => count.Name, StringComparer.Ordinal)];
    }
}

/// <summary>One name that we do not know.</summary>
/// <param name="Name">The name, capped.</param>
/// <param name="Count">How often it came.</param>
/// <param name="FirstAt">First time, on the node's clock.</param>
/// <param name="LastAt">Last time.</param>
/// <param name="Senders">Who sent it: the first eight, in the order in which they came.</param>
/// <param name="Sample">Payload of the first one, capped.</param>
public sealed record UnknownMessageCount(
    string Name, long Count, TimeSpan FirstAt, TimeSpan LastAt, ImmutableArray<PeerAddress> Senders, RawJson Sample);
