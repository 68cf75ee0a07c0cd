using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Simulation;

/// <summary>Opens endpoints on one host of the simulated network.</summary>
public sealed class SimTransportFactory : ITransportFactory
{
    internal const int FirstEphemeralPort = 49152;

    private readonly SimHost _host;

    internal SimTransportFactory(SimHost host) => _host = host;

    /// <inheritdoc/>
    public ITransport Open(in PeerAddress listen, TransportSettings settings)
    {
        if (!_host.IsOn)
            throw new TransportException($"{listen}: the host is off.");
        if (_host.OpeningFails is { } reason)
            throw new TransportException($"{listen}: {reason}");
        if (!listen.IsUnspecified && !listen.IsLoopback && !_host.Owns(listen))
            throw new TransportException($"{listen}: the address is not one of this host's.");
        var local = listen.Port == 0 ? WithFreePort(listen) : listen;
        if (IsTaken(local))
            throw new TransportException($"{listen}: the port is in use.");
        var transport = new SimTransport(_host, local);
        _host.Add(transport);
        return transport;
    }

    private PeerAddress WithFreePort(in PeerAddress listen)
    {
        for (var tries = 0; tries <= ushort.MaxValue - FirstEphemeralPort; tries++)
        {
            var local = listen.WithPort(_host.NextEphemeralPort());
            if (!IsTaken(local))
                return local;
        }

        throw new TransportException($"{listen}: no port is free.");
    }

    private bool IsTaken(in PeerAddress local)
    {
        foreach (var other in _host.Open)
        {
            var theirs = other.LocalAddress;
            if (theirs.Port == local.Port && theirs.IsIPv6 == local.IsIPv6
                && (theirs.IsUnspecified || local.IsUnspecified || theirs == local))
                return true;
        }

        return false;
    }
}
