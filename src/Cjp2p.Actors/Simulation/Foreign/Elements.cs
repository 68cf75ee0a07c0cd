using System.Text;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>The elements of a datagram that is being put together.</summary>
internal sealed class Elements
{
    private readonly List<(string Name, string Json)> _list = [];

    public int Count => _list.Count;

    /// <summary>Names of the messages, in order.</summary>
    public IEnumerable<string> Names => _list.Select(e => e.Name);

    /// <summary>Bytes of the JSON array, as the node would send it now.</summary>
    public int Bytes => 2 + Math.Max(0, _list.Count - 1) + _list.Sum(e => Encoding.UTF8.GetByteCount(e.Json));

    public void Add(string name, string payload) => _list.Add((name, $"{{\"{name}\":{payload}}}"));

    public void Insert(int index, string name, string payload) => _list.Insert(index, (name, $"{{\"{name}\":{payload}}}"));

    /// <summary>Takes the last element away.</summary>
    public void Pop() => _list.RemoveAt(_list.Count - 1);

    public byte[] ToDatagram() => Encoding.UTF8.GetBytes("[" + string.Join(',', _list.Select(e => e.Json)) + "]");
}
