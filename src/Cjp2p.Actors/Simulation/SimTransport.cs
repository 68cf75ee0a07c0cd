using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Simulation;

/// <summary>One open endpoint of a simulated host. Calls its sink on the thread that drives the world.</summary>
public sealed class SimTransport : ITransport
{
    private readonly SimHost _host;
    private SimReceiveBuffer? _backlog;
    private bool _closed;

    internal SimTransport(SimHost host, in PeerAddress local)
    {
        _host = host;
        LocalAddress = local;
        SourceAddress = !local.IsUnspecified ? local
            : local.IsIPv6 ? (host.AddressV6 ?? default).WithPort(local.Port)
            : host.Address.WithPort(local.Port);
    }

    /// <inheritdoc/>
    public PeerAddress LocalAddress { get; }

    /// <inheritdoc/>
    public TransportCounters Counters { get; } = new();

    internal IDatagramSink? Sink { get; private set; }

    /// <summary>What has arrived and waits for its host to have time.</summary>
    internal SimReceiveBuffer Backlog => _backlog ??= new SimReceiveBuffer();

    /// <summary>The address that what it sends is from, before any NAT.</summary>
    private PeerAddress SourceAddress { get; }

    /// <inheritdoc/>
    public bool IsOwnHost(in PeerAddress address) =>
        address.IsLoopback || (LocalAddress.IsUnspecified ? _host.Owns(address) : LocalAddress.WithPort(0) == address.WithPort(0));

    /// <inheritdoc/>
    public void Start(IDatagramSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        if (Sink != null)
            throw new InvalidOperationException("A transport is started once.");
        Sink = sink;
    }

    /// <inheritdoc/>
    public ISendBatch RentSendBatch() => _host.Network.RentBatch(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_closed)
            return;
        _closed = true;
        _host.Remove(this);
        while (_backlog?.TakeFirst() is { } datagram)
            _host.Network.Discard(datagram, _host.IsOn ? DropReason.NoEndpoint : DropReason.HostOff);
    }

    internal void Fail(string reason)
    {
        Dispose();
        Sink?.OnTransportFailed(reason);
    }

    /// <summary>A datagram to this address of the host is for this endpoint.</summary>
    internal bool Receives(in PeerAddress to) =>
        to.Port == LocalAddress.Port && to.IsIPv6 == LocalAddress.IsIPv6 && Sink != null
        && (LocalAddress.IsUnspecified || to == LocalAddress);

    /// <summary>Sends what a batch gathered; as with sockets, what can not be sent is counted and that is all.</summary>
    internal void Send(in PeerAddress to, ReadOnlySpan<byte> payload)
    {
        if (_closed)
            return;
        var isLoopback = to.IsLoopback;
        if (to.Port == 0 || to.IsUnspecified || to.IsMulticast || to.IsBroadcast || to.IsIPv6 != LocalAddress.IsIPv6
            || (to.IsIPv6 && _host.AddressV6 == null && !isLoopback)
            || (LocalAddress.IsLoopback && !isLoopback))
        {
            Counters.AddSendFailure();
            return;
        }

        Counters.AddOut(1, payload.Length);
        _host.Network.Watch?.Sent(_host, to, payload);
        var source = isLoopback && !LocalAddress.IsLoopback ? to.WithPort(LocalAddress.Port) : SourceAddress;
        _host.Network.Send(_host, LocalAddress.Port, source, to, payload);
    }
}
