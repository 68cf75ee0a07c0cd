using System.Collections.Immutable;

namespace Cjp2p.Actors.Storage;

/// <summary>Keeps the state of each node in one SQLite file in its data folder.</summary>
public sealed class SqliteNodeStates : INodeStateFactory
{
    /// <summary>Name of the database in the data folder.</summary>
    public const string FileName = "node.db";

    /// <inheritdoc/>
    public INodeState Open(string folder, ImmutableArray<byte> secret, DateTimeOffset now) =>
        // SQLite is loaded no earlier than here: a command without a data folder starts without it.
        SqliteNodeState.Open(folder, secret, now);
}
