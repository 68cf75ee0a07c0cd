using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>Counts who gives content to whom. Hands what it sees on to another tap.</summary>
internal sealed class ScenarioFlows(ISimTap? next) : ISimTap
{
    private const int PairsMax = 1_000_000;
    private readonly Dictionary<long, long> _bytes = [];

    /// <summary>By machines.</summary>
    public IReadOnlyList<ScenarioFlow> All => [.. _bytes
        .OrderBy(pair => pair.Key)
        .Select(pair => new ScenarioFlow((int)(pair.Key >> 32), (int)(uint)pair.Key, pair.Value))];

    public void Delivered(
        TimeSpan at, SimHost from, SimHost to, in PeerAddress source, in PeerAddress destination, ReadOnlySpan<byte> datagram)
    {
        // Base64 has no quotes, so this cannot be found inside of content.
        if (datagram.IndexOf("{\"Content\":"u8) >= 0)
        {
            var key = ((long)from.Number << 32) | (uint)to.Number;
            ref var bytes = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_bytes, key, out var known);
            if (known || _bytes.Count <= PairsMax)
                bytes += datagram.Length;
            else
                _bytes.Remove(key);
        }

        next?.Delivered(at, from, to, source, destination, datagram);
    }
}
