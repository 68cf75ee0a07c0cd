using Akka.Configuration;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Peers;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Tests.Doubles;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Tests.Transport;

/// <summary>A pump with its transport and the tables of a node, without actors: what it tells them is kept.</summary>
internal sealed class PumpHarness
{
    public PumpHarness(string hocon = "", string address = "127.0.0.1:24254", MemoryNetwork? network = null, int seed = 1)
    {
        Network = network ?? new MemoryNetwork(ManualScheduler.Alone());
        Node = new NodeServices(
            NodeSettings.FromConfig(ConfigurationFactory.ParseString("cjp2p.content.ignore-unverified-one-in = 0\n" + hocon)),
            new NodeEnvironment(
                Network, new MemoryDisk(), new Random(seed), [.. Enumerable.Range(seed, 16).Select(i => (byte)(i * 11))]),
            new NodeClock(Network.Time));
        Transport = Network.Bind(Datagram.At(address));
        Node.Transports.Set([Transport]);
        Node.AddressPolicy = new AddressPolicy(true, true, [Transport.LocalAddress]);
        Transport.Start(new DatagramPump(Node, Transport, new PumpTargets(Socket, Registry, Downloads, Server)));
        // Nothing is zero at the start of a real clock.
        Network.Time.MoveTo(Network.Time.MonotonicClock + TimeSpan.FromHours(1));
    }

    public MemoryNetwork Network { get; }

    public MemoryTransport Transport { get; }

    public NodeServices Node { get; }

    public RecordingRef Socket { get; } = new("socket");

    public RecordingRef Registry { get; } = new("registry");

    public RecordingRef Downloads { get; } = new("downloads");

    public RecordingRef Server { get; } = new("server");

    /// <summary>What the registry was told, in order.</summary>
    public IReadOnlyList<PeerNews> News => [.. Registry.Of<PeerRegistryProtocol.Heard>().SelectMany(heard => heard.News)];

    public void Advance(TimeSpan time) => Network.Time.MoveTo(Network.Time.MonotonicClock + time);

    public long Count(WireCount what) => Node.Counters[what];

    /// <summary>What is sent when a datagram arrives alone.</summary>
    public IReadOnlyList<SentDatagram> Deliver(PeerAddress source, byte[] datagram)
    {
        var before = Network.Sent.Count;
        Transport.Deliver(source, datagram);
        return [.. Network.Sent.Skip(before)];
    }

    public IReadOnlyList<SentDatagram> Deliver(PeerAddress source, params WireMessage[] messages) =>
        Deliver(source, Datagram.Of(messages));

    public IReadOnlyList<SentDatagram> Deliver(PeerAddress source, string json) =>
        Deliver(source, System.Text.Encoding.UTF8.GetBytes(json));

    /// <summary>The messages of the one reply that a datagram gets.</summary>
    public IReadOnlyList<WireMessage> Ask(PeerAddress source, params WireMessage[] messages)
    {
        var reply = Assert.Single(Deliver(source, messages));
        Assert.Equal(source, reply.To);
        Assert.Equal(Transport.LocalAddress, reply.From);
        return reply.Messages;
    }

    /// <summary>The cookie of this node for an address, as it comes back in AlwaysReturned.</summary>
    public AlwaysReturned Cookie(PeerAddress source) => new(CookieJson(source));

    public RawJson CookieJson(PeerAddress source) => Datagram.CookieOf(Node, source);
}
