using Cjp2p.Actors.Tests.Protocol;
using Cjp2p.Actors.Tests.Simulation.Hostile;

namespace Cjp2p.Fuzz;

/// <summary>What is fuzzed: takes any bytes, throws when something is wrong.</summary>
internal abstract class FuzzTarget : IDisposable
{
    /// <summary>The one of this name.</summary>
    public static FuzzTarget Create(string name, ulong seed) => name switch
    {
        "reader" => new ReaderTarget(),
        "node" => new NodeTarget(seed),
        _ => throw new ArgumentException($"There is no target {name}: reader, node.", nameof(name)),
    };

    /// <summary>What to begin with: the captured datagrams.</summary>
    public abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>One line that says how it is.</summary>
    public abstract string Describe();

    /// <summary>Tries these bytes.</summary>
    public abstract void Try(byte[] bytes);

    /// <summary>Tries these bytes one way, without looking at all that may be wrong each time.</summary>
    public virtual void TryOne(byte[] bytes) => Try(bytes);

    /// <summary>Looks at it as a whole.</summary>
    public virtual void Check()
    {
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private protected virtual void Close()
    {
    }

    private sealed class ReaderTarget : FuzzTarget
    {
        private long _tried;
        private long _arrays;
        private long _fast;

        public override IReadOnlyList<byte[]> Seeds { get; } = [.. Captures.All.Select(captured => captured.Datagram)];

        public override string Describe() => $"{_tried} read, {_arrays} arrays, {_fast} by the short cut";

        public override void Try(byte[] bytes)
        {
            var (isArray, isFast) = ReaderOracle.Check(bytes);
            _tried++;
            _arrays += isArray ? 1 : 0;
            _fast += isFast ? 1 : 0;
        }
    }

    private sealed class NodeTarget : FuzzTarget
    {
        private readonly FuzzedNode _node;

        public NodeTarget(ulong seed)
        {
            // Low caps, so that tables are full early and growth beyond them is seen.
            _node = new FuzzedNode(
                seed, "cjp2p { peers.peers-max = 500, peers.hearsay-max = 50, cookies.kept-max = 500, content.remembered-contents-max = 50 }");
            Seeds = _node.SeedsOf(Captures.All.Select(captured => captured.Datagram));
        }

        public override IReadOnlyList<byte[]> Seeds { get; }

        public override string Describe() =>
            $"{_node.Sent} sent in {_node.Now.TotalSeconds:0} virtual s, {_node.Fetched.Finished} contents fetched, {_node.Fetched.Failed} given up; {_node.Tables}";

        // A line break parts datagrams, so that a finding may need several; all three ways in are tried with each.
        public override void Try(byte[] bytes)
        {
            foreach (var range in bytes.AsSpan().Split((byte)'\n'))
            {
                for (var way = 0; way < 3; way++)
                    _node.Send(bytes.AsSpan(range));
            }

            _node.Check();
        }

        public override void TryOne(byte[] bytes) => _node.Send(bytes);

        public override void Check() => _node.Check();

        private protected override void Close() => _node.Dispose();
    }
}
