using Akka.Event;

namespace Cjp2p.Actors.Content;

/// <summary>Messages of <see cref="FolderIndexerActor"/>, and what it tells the store.</summary>
internal static class FolderIndexerProtocol
{
    public interface ICommand;

    public interface IEvent;

    /// <summary>Looks through the folder; a look that is under way is followed by another.</summary>
    public sealed record Scan : ICommand
    {
        public static Scan Instance { get; } = new();
    }

    /// <summary>Goes on with the next slice of work.</summary>
    public sealed record Continue : ICommand, IDeadLetterSuppression
    {
        public static Continue Instance { get; } = new();
    }

    /// <summary>A file whose content is known already: it need not be hashed when the folder is looked through.</summary>
    public sealed record Known(SharedFile File) : ICommand;

    /// <summary>The hash of a file is not to be believed any more: it is hashed again at the next look.</summary>
    public sealed record Forget(string Path) : ICommand;

    /// <summary>A file was hashed, or found as it was.</summary>
    public sealed record FileIndexed(string Folder, SharedFile File) : IEvent;

    /// <summary>A file is not there any more, or is not what it was.</summary>
    public sealed record FileGone(string Folder, SharedFile File) : IEvent;

    /// <summary>
    /// The folder itself is not there: a disk that was taken out, perhaps. Nothing of it can be served; what its files were
    /// stays known, in case it comes back.
    /// </summary>
    public sealed record FolderGone(string Folder) : IEvent;

    /// <summary>A file could not be read.</summary>
    public sealed record FileUnreadable(string Folder, string Path, string Reason) : IEvent;

    /// <summary>The folder, or something below it, could not be looked at: what is there is not known.</summary>
    public sealed record Skipped(string Folder, string Path, string Reason) : IEvent;

    /// <summary>How much is left.</summary>
    public sealed record Waiting(string Folder, int Files) : IEvent;

    /// <summary>All of the folder has been looked at.</summary>
    public sealed record Scanned(string Folder) : IEvent;
}
