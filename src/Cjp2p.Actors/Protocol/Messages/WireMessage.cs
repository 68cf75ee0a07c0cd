namespace Cjp2p.Actors.Protocol;

/// <summary>
/// One message of the protocol as immutable data, for actors and tests. The data plane works on <see cref="WireElement"/>
/// instead. Equal means the same meaning, lists compared item by item.
/// </summary>
public abstract record WireMessage;
