using System.Collections.Immutable;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Inspection;

/// <summary>Something that a tap saw.</summary>
/// <param name="At">Time of day.</param>
/// <param name="ClockSeconds">The same on the node's clock, in seconds since an arbitrary start: for differences.</param>
public abstract record TapEvent(DateTimeOffset At, double ClockSeconds);

/// <summary>A datagram.</summary>
/// <param name="At">Time of day.</param>
/// <param name="ClockSeconds">The same on the node's clock.</param>
/// <param name="Direction">Which way.</param>
/// <param name="Local">Our address.</param>
/// <param name="Remote">The other's address; of an incoming one what it claims.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Messages">Names of the messages in it, as strangers write them; empty when it cannot be read.</param>
/// <param name="Content">The first content that it is about, or null.</param>
/// <param name="Payload">Its first bytes, or all of them.</param>
public sealed record DatagramSeen(
    DateTimeOffset At,
    double ClockSeconds,
    DatagramDirection Direction,
    PeerAddress Local,
    PeerAddress Remote,
    int Bytes,
    ImmutableArray<string> Messages,
    ContentId? Content,
    ImmutableArray<byte> Payload) : TapEvent(At, ClockSeconds);

/// <summary>An actor handled a message.</summary>
/// <param name="At">Time of day when it began.</param>
/// <param name="ClockSeconds">The same on the node's clock.</param>
/// <param name="Path">The actor.</param>
/// <param name="Message">Type of the message.</param>
/// <param name="TookMs">How long that took, in milliseconds.</param>
public sealed record MessageHandled(DateTimeOffset At, double ClockSeconds, string Path, string Message, double TookMs)
    : TapEvent(At, ClockSeconds);

/// <summary>Something happened to an actor.</summary>
/// <param name="At">Time of day.</param>
/// <param name="ClockSeconds">The same on the node's clock.</param>
/// <param name="Path">The actor.</param>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Text">In words; may hold text of strangers.</param>
public sealed record ActorHappening(DateTimeOffset At, double ClockSeconds, string Path, ActorEventKind Kind, string Text)
    : TapEvent(At, ClockSeconds);
