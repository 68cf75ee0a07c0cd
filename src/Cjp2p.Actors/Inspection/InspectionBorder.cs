using System.Collections.Immutable;
using System.Text;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Inspection;

/// <summary>
/// What datagrams and messages pass when somebody looks or somebody is banned. Replaced as a whole when that changes, so
/// that who passes needs no lock to find it.
/// </summary>
internal sealed class InspectionBorder
{
    private readonly ImmutableArray<Tap> _taps;
    private readonly NodeServices _node;
    // A reader is as large as the limits allow; those who pass at the same time each have one.
    private readonly System.Collections.Concurrent.ConcurrentBag<DatagramReader> _readers = [];

    public InspectionBorder(ImmutableArray<Tap> taps, NodeServices node)
    {
        _taps = taps;
        _node = node;
        HasDatagramTaps = taps.Any(tap => tap.Filter.Datagrams);
        HasActorTaps = taps.Any(tap => tap.Filter.Actors);
    }

    public bool HasDatagramTaps { get; }

    public bool HasActorTaps { get; }

    /// <summary>A datagram passes, or, from somebody banned, is seen and does not.</summary>
    public bool Admit(in PeerAddress local, in PeerAddress source, ReadOnlySpan<byte> datagram)
    {
        if (HasDatagramTaps)
            OnDatagram(DatagramDirection.In, local, source, datagram);
        return !_node.Bans.IsBanned(source);
    }

    public void OnDatagram(DatagramDirection direction, in PeerAddress local, in PeerAddress remote, ReadOnlySpan<byte> datagram)
    {
        DatagramSeen? seen = null;
        foreach (var tap in _taps)
        {
            if (!tap.MayFit(direction, remote))
                continue;
            // Reading costs most: those that ask for names or contents are only sure after it.
            var isSure = tap.Filter is { Message: null, Content: null };
            if (isSure ? !tap.Wants() : !Mentions(tap.Filter, datagram))
                continue;
            seen ??= Look(direction, local, remote, datagram);
            if (!isSure && (!Fits(tap.Filter, seen) || !tap.Wants()))
                continue;
            tap.Take(seen with { Payload = [.. datagram[..tap.BytesOf(datagram.Length)]] });
        }
    }

    public void OnHandled(ActorTrack track, TimeSpan began, Type message, TimeSpan took)
    {
        foreach (var tap in _taps)
        {
            if (!tap.Fits(track) || (tap.Filter.Message is { } wanted && wanted != message.Name) || !tap.Wants())
                continue;
            tap.Take(new MessageHandled(
                _node.Clock.TimeOfDay(began), began.TotalSeconds, track.Path, InspectionNames.Of(message), Math.Round(took.TotalMilliseconds, 4)));
        }
    }

    public void OnEvent(ActorTrack track, ActorEventKind kind, string text)
    {
        foreach (var tap in _taps)
        {
            if (tap.Fits(track) && tap.Filter.Message is null && tap.Wants())
                tap.Take(new ActorHappening(_node.Clock.UtcNow, _node.Clock.Now.TotalSeconds, track.Path, kind, text));
        }
    }

    // A cheap look that lets through all that fits, and little else.
    private static bool Mentions(TapFilter filter, ReadOnlySpan<byte> datagram)
    {
        Span<byte> text = stackalloc byte[ContentId.NameBytesMax];
        if (filter.Content is { } content && datagram.IndexOf(text[..content.Format(text)]) < 0)
            return false;
        if (filter.Message is not { } message)
            return true;
        return Encoding.UTF8.TryGetBytes(message, text, out var bytes) && datagram.IndexOf(text[..bytes]) >= 0;
    }

    private static bool Fits(TapFilter filter, DatagramSeen seen) =>
        (filter.Message is not { } message || seen.Messages.Contains(message))
        && (filter.Content is not { } content || seen.Content == content);

    private DatagramSeen Look(DatagramDirection direction, in PeerAddress local, in PeerAddress remote, ReadOnlySpan<byte> datagram)
    {
        if (!_readers.TryTake(out var reader))
            reader = new DatagramReader(_node.Settings.Wire.Limits);
        var names = ImmutableArray.CreateBuilder<string>();
        ContentId? content = null;
        if (reader.Read(datagram).Fault == DatagramFault.None)
        {
            foreach (ref readonly var element in reader.Elements)
            {
                names.Add(element.Kind == WireMessageKind.Unknown
                    ? Encoding.UTF8.GetString(element.Name.Of(datagram))
                    : element.Kind.ToString());
                if (element.Kind is WireMessageKind.Content or WireMessageKind.PleaseSendContent or WireMessageKind.MaybeTheyHaveSome)
                    content ??= element.Id;
            }
        }

        _readers.Add(reader);
        var now = _node.Clock;
        return new DatagramSeen(
            now.UtcNow, now.Now.TotalSeconds, direction, local, remote, datagram.Length, names.DrainToImmutable(), content, []);
    }
}
