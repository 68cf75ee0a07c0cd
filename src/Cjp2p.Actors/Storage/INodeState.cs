using System.Collections.Immutable;

namespace Cjp2p.Actors.Storage;

/// <summary>Where a node keeps what it wants to know again: a database, or memory in a simulated world. One thread at a time.</summary>
/// <remarks>Failures are <see cref="IOException"/> with one line for the log.</remarks>
public interface INodeState : IDisposable
{
    /// <summary>One line for the log about what was found: the earlier state could not be read and was set aside; or null.</summary>
    string? Notice { get; }

    /// <summary>
    /// All that is known. What has expired at <paramref name="now"/>, and what goes beyond the limits, is left out and forgotten.
    /// </summary>
    StoredState Load(DateTimeOffset now, StateLimits limits);

    /// <summary>Writes some changes as one step: after a crash all of them are there, or none.</summary>
    void Write(IReadOnlyCollection<StateChange> changes);

    /// <summary>
    /// Looks whether what was written is still in its place, and puts it back, with all that it held, where somebody removed it;
    /// true: it was gone.
    /// </summary>
    bool PutBackIfGone();
}

/// <summary>Opens the state of a node.</summary>
public interface INodeStateFactory
{
    /// <summary>Opens, or begins, the state in a folder.</summary>
    /// <param name="folder">The node's data folder; made when it is not there.</param>
    /// <param name="secret">The secret to begin with when none is kept yet.</param>
    /// <param name="now">Time of day.</param>
    /// <exception cref="NodeStateInUseException">Another node uses that folder.</exception>
    /// <exception cref="IOException">Nothing can be kept there; the node can run without.</exception>
    INodeState Open(string folder, ImmutableArray<byte> secret, DateTimeOffset now);
}
