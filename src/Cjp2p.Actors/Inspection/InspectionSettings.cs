namespace Cjp2p.Actors.Inspection;

/// <summary>Limits of looking inside: <c>cjp2p.inspection</c>; see the reference configuration.</summary>
/// <param name="Measure">Whether each actor counts and times what it handles.</param>
/// <param name="AnswerTimeout">How long a tree waits for the answers of its actors.</param>
/// <param name="EventsMax">Messages, and events, kept of each actor.</param>
/// <param name="GoneMax">Actors remembered after they stopped; as many again that failed.</param>
/// <param name="ActorsMax">Actors asked for one tree.</param>
/// <param name="TapsMax">Taps open at the same time.</param>
/// <param name="TapEventsMax">Events that wait in one tap to be read.</param>
/// <param name="TapPerSecondMax">Events that one tap takes in a second.</param>
/// <param name="TapTextBytesMax">Bytes of a datagram that a tap shows.</param>
/// <param name="WatchIntervalMin">Shortest time between two looks at a watched field.</param>
/// <param name="BansMax">Bans at the same time.</param>
/// <param name="StuckAfter">How long an actor may handle one message, or let one wait.</param>
/// <param name="TrafficPeersMax">Peers whose content bytes are counted.</param>
public sealed record InspectionSettings(
    bool Measure,
    TimeSpan AnswerTimeout,
    int EventsMax,
    int GoneMax,
    int ActorsMax,
    int TapsMax,
    int TapEventsMax,
    int TapPerSecondMax,
    int TapTextBytesMax,
    TimeSpan WatchIntervalMin,
    int BansMax,
    TimeSpan StuckAfter,
    int TrafficPeersMax);
