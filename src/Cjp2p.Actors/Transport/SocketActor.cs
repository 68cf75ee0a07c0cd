using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// Owns the endpoints of a node: opens them, hands each a <see cref="DatagramPump"/> that decodes and routes, and opens
/// a dead one again, with back-off, for ever. Has no children: the receive threads are the transports' own.
/// </summary>
internal sealed class SocketActor : InspectedActor
{
    // Closed -> (Open) Open
    private readonly NodeServices _node;
    private readonly PumpTargets _targets;
    private Endpoint[] _endpoints = [];

    public SocketActor(NodeServices node, PumpTargets targets) : base(node)
    {
        _node = node;
        _targets = targets with { Socket = Self };
    }

    public static Props Props(NodeServices node, PumpTargets targets) =>
        NodeProps.Inspected((node, targets), static of => new SocketActor(of.node, of.targets));

    // What was open before is opened again, on the same ports, as after the failure of a socket.
    protected override void PostRestart(Exception reason)
    {
        _endpoints = [.. _node.AddressPolicy.Own.Select(address => new Endpoint(address) { DownSince = _node.Clock.Now })];
        for (var i = 0; i < _endpoints.Length; i++)
            Self.Tell(new SocketProtocol.Reopen(i));
    }

    protected override void PostStop()
    {
        _node.Transports.Set([]);
        foreach (var endpoint in _endpoints)
            endpoint.Transport?.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SocketProtocol.Open:
                Open();
                break;
            case SocketProtocol.TransportFailed failed:
                OnFailed(failed);
                break;
            case SocketProtocol.Reopen reopen:
                Reopen(_endpoints[reopen.Endpoint], reopen.Endpoint);
                break;
            case SocketProtocol.GetStatus:
                Sender.Tell(new SocketProtocol.SocketStatus([.. _endpoints.Select(endpoint => endpoint.Status())]));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    // All or none: a node that cannot listen where it was told to says so and does not run.
    private void Open()
    {
        var opened = new List<Endpoint>();
        try
        {
            foreach (var address in _node.Settings.Listen)
            {
                opened.Add(new Endpoint(address)
                {
                    Transport = OpenTransport(address),
                });
            }
        }
        catch (TransportException e)
        {
            foreach (var endpoint in opened)
                endpoint.Transport!.Dispose();
            Sender.Tell(new SocketProtocol.NotOpened(e.Message));
            return;
        }

        _endpoints = [.. opened];
        foreach (var endpoint in _endpoints)
            endpoint.Address = endpoint.Transport!.LocalAddress;
        Publish();
        foreach (var endpoint in _endpoints)
            Start(endpoint);
        Sender.Tell(new SocketProtocol.Opened([.. _endpoints.Select(endpoint => endpoint.Address)]));
    }

    private TappedTransport OpenTransport(in PeerAddress address) =>
        new(_node.TransportFactory.Open(address, _node.Settings.Socket.Transport), _node.Inspection);

    private protected override ActorState Inspect()
    {
        var open = _endpoints.Count(endpoint => endpoint.Transport is not null);
        return new SocketState(
            open == _endpoints.Length ? $"{open} open" : $"{open} of {_endpoints.Length} open",
            [
                .. _endpoints.Select(endpoint =>
                {
                    var status = endpoint.Status();
                    return new EndpointState(
                        status.Address, status.IsOpen,
                        status.IsOpen ? 0 : Math.Round((_node.Clock.Now - status.DownSince).TotalSeconds, 3), status.Reason, status.Reopened,
                        endpoint.Transport?.ReceiveBufferBytes ?? 0, status.DatagramsIn, status.BytesIn, status.DatagramsOut,
                        status.BytesOut, status.Truncated, status.IcmpErrors, status.SendFailures, status.SendDrops);
                }),
            ]);
    }

    private void Start(Endpoint endpoint)
    {
        var asked = _node.Settings.Socket.Transport.ReceiveBufferBytes;
        if (endpoint.Transport!.ReceiveBufferBytes < asked)
        {
            _log.Info("The receive buffer of {Address} is {Granted} bytes, {Asked} were asked for: transfers are slower "
                + "(raise net.core.rmem_max)", endpoint.Address, endpoint.Transport.ReceiveBufferBytes, asked);
        }

        var pump = new DatagramPump(_node, endpoint.Transport!, _targets);
        // Of a socket that was opened again the new one counts.
        _node.Caps.Publish("socket " + Array.IndexOf(_endpoints, endpoint).ToString(System.Globalization.CultureInfo.InvariantCulture), pump);
        endpoint.Transport!.Start(pump);
    }

    private void Publish()
    {
        var own = _endpoints.Select(endpoint => endpoint.Address).ToImmutableArray();
        var isLoopbackOnly = own.All(address => address.IsLoopback);
        _node.AddressPolicy = new AddressPolicy(
            _node.Settings.Peers.AllowLoopback ?? isLoopbackOnly,
            _node.Settings.Peers.AllowPrivate ?? (isLoopbackOnly || _node.Settings.Peers.LanDiscovery),
            own)
        {
            SeenAs = _node.AddressPolicy.SeenAs,
        };
        var open = _endpoints.Where(endpoint => endpoint.Transport is not null).ToArray();
        if (open.Length > 0)
            _node.Flight.FitReceiveBuffer(open.Min(endpoint => endpoint.Transport!.ReceiveBufferBytes));
        _node.Transports.Set([.. open.Select(endpoint => endpoint.Transport!)]);
    }

    private void OnFailed(SocketProtocol.TransportFailed failed)
    {
        var number = Array.FindIndex(_endpoints, endpoint => ReferenceEquals(endpoint.Transport, failed.Transport));
        if (number < 0)
            return;
        var endpoint = _endpoints[number];
        endpoint.Close(failed.Reason, _node.Clock.Now);
        Publish();
        // One that dies young is opened ever more seldom, and spoken of once.
        if (_node.Clock.Now - endpoint.OpenedAt >= _node.Settings.Socket.ReopenMax)
            endpoint.Failures = 0;
        if (endpoint.Failures == 0)
            _log.Warning("The socket on {Address} failed, opening it again: {Reason}", endpoint.Address, failed.Reason);
        ReopenLater(endpoint, number);
    }

    private void ReopenLater(Endpoint endpoint, int number)
    {
        var wait = _node.Settings.Socket.ReopenMin * Math.Pow(2, Math.Min(endpoint.Failures++, 20));
        Timers.StartSingleTimer(
            number,
            new SocketProtocol.Reopen(number),
            wait > _node.Settings.Socket.ReopenMax ? _node.Settings.Socket.ReopenMax : wait);
    }

    private void Reopen(Endpoint endpoint, int number)
    {
        try
        {
            // The port that others know, also where any was asked for at first.
            endpoint.Transport = OpenTransport(endpoint.Address);
        }
        catch (TransportException e)
        {
            endpoint.Reason = e.Message;
            ReopenLater(endpoint, number);
            return;
        }

        _log.Info("The socket on {Address} is open again after {Seconds:0.0} s",
            endpoint.Address, (_node.Clock.Now - endpoint.DownSince).TotalSeconds);
        endpoint.OpenedAt = _node.Clock.Now;
        endpoint.Reopened++;
        endpoint.Reason = "";
        Publish();
        Start(endpoint);
    }

    private sealed class Endpoint(PeerAddress address)
    {
        // What transports of the past counted.
        private long[]? _before;

        public PeerAddress Address { get; set; } = address;

        public ITransport? Transport { get; set; }

        public TimeSpan DownSince { get; set; }

        public TimeSpan OpenedAt { get; set; }

        public string Reason { get; set; } = "";

        public int Failures { get; set; }

        public int Reopened { get; set; }

        public void Close(string reason, TimeSpan now)
        {
            var counted = Counted(Transport!.Counters);
            for (var i = 0; i < counted.Length; i++)
                counted[i] += _before?[i] ?? 0;
            _before = counted;
            Transport.Dispose();
            Transport = null;
            Reason = reason;
            DownSince = now;
        }

        public SocketProtocol.EndpointStatus Status()
        {
            var counts = Transport is null ? new long[8] : Counted(Transport.Counters);
            for (var i = 0; i < counts.Length; i++)
                counts[i] += _before?[i] ?? 0;

            return new SocketProtocol.EndpointStatus(
                Address, Transport is not null, DownSince, Reason, Reopened,
                counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6], counts[7]);
        }

        private static long[] Counted(TransportCounters counters) =>
        [
            counters.DatagramsIn, counters.BytesIn, counters.DatagramsOut, counters.BytesOut,
            counters.TruncatedIn, counters.IcmpErrors, counters.SendFailures, counters.SendDrops,
        ];
    }
}
