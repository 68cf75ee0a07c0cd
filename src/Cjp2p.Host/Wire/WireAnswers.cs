using System.Text.Json;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Host.Wire;

/// <summary>Gathers what one peer answers, over as many datagrams as it takes.</summary>
internal sealed class WireAnswers
{
    private const int PeersMax = 1024;
    private const int NamesMax = 256;
    private readonly WireLimits _limits = new(PeersMax: PeersMax);
    private readonly DatagramReader _reader;
    private readonly List<PeerAddress> _peers = [];

    public WireAnswers() => _reader = new DatagramReader(_limits);

    /// <summary>The cookie that the peer asks us to return, as raw JSON; empty when it asked for none.</summary>
    public RawJson Cookie { get; private set; }

    /// <summary>Whether it sent a list of peers at all.</summary>
    public bool HasPeers { get; private set; }

    /// <summary>The addresses that it named, in its order, each once.</summary>
    public IReadOnlyList<PeerAddress> Peers => _peers;

    /// <summary>Names of the messages it says it supports; null when it did not say.</summary>
    public IReadOnlyList<string>? Supported { get; private set; }

    /// <summary>Takes a datagram; true when it returned <paramref name="ping"/>.</summary>
    public bool Take(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> ping)
    {
        var returned = false;
        if (_reader.Read(datagram).Fault != DatagramFault.None)
            return false;
        foreach (ref readonly var element in _reader.Elements)
        {
            switch (element.Kind)
            {
                case WireMessageKind.PleaseAlwaysReturnThisMessage:
                    Cookie = RawJson.CopyOf(element.Payload.Of(datagram));
                    break;
                case WireMessageKind.ReturnedMessage:
                    returned |= !ping.IsEmpty && WireDecode.TryGetCookieText(element.Payload.Of(datagram), out var text)
                        && text.SequenceEqual(ping);
                    break;
                case WireMessageKind.Peers:
                    TakePeers(datagram, element);
                    break;
                case WireMessageKind.SupportedMessages:
                    Supported = ReadNames(element.Payload.Of(datagram));
                    break;
            }
        }

        return returned;
    }

    private void TakePeers(ReadOnlySpan<byte> datagram, in WireElement element)
    {
        HasPeers = true;
        var addresses = new PeerAddress[PeersMax];
        var count = WireDecode.ReadPeers(datagram, element, addresses, out _);
        foreach (var address in addresses.AsSpan(0, count))
        {
            if (_peers.Count < PeersMax && !_peers.Contains(address))
                _peers.Add(address);
        }
    }

    // {"schema":{"oneOf":[{"properties":{"<name>":...}},...]}}, a JSON Schema, as the July Rust node writes it.
    private static List<string> ReadNames(ReadOnlySpan<byte> payload)
    {
        var names = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(payload.ToArray(), new JsonDocumentOptions { MaxDepth = 32 });
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("schema", out var schema) || schema.ValueKind != JsonValueKind.Object
                || !schema.TryGetProperty("oneOf", out var kinds) || kinds.ValueKind != JsonValueKind.Array)
                return names;
            foreach (var kind in kinds.EnumerateArray())
            {
                if (kind.ValueKind != JsonValueKind.Object || !kind.TryGetProperty("properties", out var properties)
                    || properties.ValueKind != JsonValueKind.Object)
                    continue;
                foreach (var property in properties.EnumerateObject())
                {
                    if (names.Count < NamesMax)
                        names.Add(property.Name);
                }
            }
        }
        catch (JsonException)
        {
            // It is what a stranger sent.
        }

        return names;
    }
}
