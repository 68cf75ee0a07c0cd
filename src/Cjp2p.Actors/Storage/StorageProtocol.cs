using Akka.Actor;
using Akka.Event;

namespace Cjp2p.Actors.Storage;

/// <summary>Messages of <see cref="StorageActor"/>.</summary>
public static class StorageProtocol
{
    /// <summary>Anything it takes.</summary>
    public interface ICommand;

    /// <summary>Opens the state; answered with <see cref="Loaded"/> or <see cref="InUse"/>.</summary>
    public sealed record Open : ICommand
    {
        /// <summary>The one instance.</summary>
        public static Open Instance { get; } = new();
    }

    /// <summary>What is known from earlier runs. Also when nothing could be read or can be kept.</summary>
    /// <param name="State">The state.</param>
    public sealed record Loaded(StoredState State);

    /// <summary>Another node uses the data folder.</summary>
    /// <param name="Reason">One line for the user.</param>
    public sealed record InUse(string Reason);

    /// <summary>Keeps a change; written soon, with others.</summary>
    /// <param name="Change">What.</param>
    public sealed record Keep(StateChange Change) : ICommand;

    /// <summary>Writes what waits, now; answered with <see cref="Flushed"/>.</summary>
    public sealed record Flush : ICommand
    {
        /// <summary>The one instance.</summary>
        public static Flush Instance { get; } = new();
    }

    /// <summary>What waited is written, or could not be; it is tried again.</summary>
    public sealed record Flushed
    {
        /// <summary>The one instance.</summary>
        public static Flushed Instance { get; } = new();
    }

    /// <summary>Asks for <see cref="StorageStatus"/>.</summary>
    public sealed record GetStatus : ICommand
    {
        /// <summary>The one instance.</summary>
        public static GetStatus Instance { get; } = new();
    }

    /// <summary>How it is.</summary>
    /// <param name="Waiting">Changes that wait to be written.</param>
    /// <param name="Written">Changes written since the start.</param>
    /// <param name="Batches">Steps in which they were written.</param>
    /// <param name="Dropped">Changes that found no room while the disk failed.</param>
    /// <param name="Trouble">Why nothing can be written; empty when it can.</param>
    public sealed record StorageStatus(int Waiting, long Written, long Batches, long Dropped, string Trouble);

    /// <summary>Time to write what waits.</summary>
    internal sealed record WriteNow : ICommand, IDeadLetterSuppression, INotInfluenceReceiveTimeout
    {
        public static WriteNow Instance { get; } = new();
    }

    /// <summary>Time to look whether what was written is still there.</summary>
    internal sealed record Look : ICommand, IDeadLetterSuppression, INotInfluenceReceiveTimeout
    {
        public static Look Instance { get; } = new();
    }
}
