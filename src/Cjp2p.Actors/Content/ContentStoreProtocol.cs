using System.Collections.Immutable;
using Akka.Event;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Content;

/// <summary>Messages of <see cref="ContentStoreActor"/>.</summary>
public static class ContentStoreProtocol
{
    /// <summary>Anything it takes.</summary>
    public interface ICommand;

    /// <summary>Shares a folder with everything below it, or one file. The sender is told <see cref="Indexed"/> or <see cref="NotShared"/>.</summary>
    /// <param name="Path">Full path.</param>
    public sealed record Share(string Path) : ICommand;

    /// <summary>
    /// Does not share a folder or file any more. What its files were stays known, in case it is shared again.
    /// </summary>
    /// <param name="Path">Full path, as in <see cref="Share"/>.</param>
    internal sealed record Unshare(string Path) : ICommand;

    /// <summary>What was asked to be shared has been looked through and hashed.</summary>
    /// <param name="Path">The path.</param>
    /// <param name="Files">The files, in order of their paths.</param>
    /// <param name="Problems">Files that could not be read, with the reason; at most 100.</param>
    public sealed record Indexed(string Path, ImmutableArray<SharedFile> Files, ImmutableArray<string> Problems);

    /// <summary>
    /// A content is served that was not known before. Published on the event stream of the actor system, for whoever
    /// subscribes.
    /// </summary>
    /// <param name="File">Its file.</param>
    public sealed record ContentAdded(SharedFile File);

    /// <summary>A path cannot be shared, for a reason in one line.</summary>
    public sealed record NotShared(string Path, string Reason);

    /// <summary>Asks for <see cref="StoreStatus"/>.</summary>
    public sealed record GetStatus : ICommand
    {
        /// <summary>The one instance.</summary>
        public static GetStatus Instance { get; } = new();
    }

    /// <summary>What is shared.</summary>
    /// <param name="Files">Files that can be served.</param>
    /// <param name="Bytes">Their bytes.</param>
    /// <param name="Indexing">Files that are waiting to be hashed.</param>
    public sealed record StoreStatus(int Files, long Bytes, int Indexing);

    /// <summary>Asks for <see cref="SharedFiles"/>: a page of what is shared, in order of paths.</summary>
    /// <param name="Skip">Files to leave out first.</param>
    /// <param name="Most">Files at the most.</param>
    public sealed record GetFiles(int Skip, int Most) : ICommand;

    /// <summary>A page of what is shared.</summary>
    public sealed record SharedFiles(ImmutableArray<SharedFile> Files);

    /// <summary>
    /// Hashes a shared file again, whatever its time of change says; it is not served until that is done. Answered with
    /// <see cref="Rechecking"/>.
    /// </summary>
    /// <param name="Id">The content.</param>
    public sealed record Recheck(ContentId Id) : ICommand;

    /// <summary>A shared file is being hashed again.</summary>
    /// <param name="Id">The content.</param>
    /// <param name="Path">The file; null: nothing with that id is shared.</param>
    public sealed record Rechecking(ContentId Id, string? Path);

    /// <summary>
    /// Looks through all shared folders now: files whose length or time changed are hashed, no others. Answered with
    /// <see cref="Rescanning"/>.
    /// </summary>
    public sealed record RescanAll : ICommand
    {
        /// <summary>The one instance.</summary>
        public static RescanAll Instance { get; } = new();
    }

    /// <summary>Shared folders are being looked through.</summary>
    /// <param name="Folders">How many.</param>
    public sealed record Rescanning(int Folders);

    /// <summary>A file that is shared was found changed or gone when it was to be served.</summary>
    public sealed record FileChanged(SharedFile File) : ICommand;

    /// <summary>A download put a verified content in place; it is served at once when it lies in a shared folder.</summary>
    public sealed record ContentArrived(SharedFile File) : ICommand;

    /// <summary>
    /// Serves the blocks of a shared file as contents of their own; answered with <see cref="BlocksShared"/>.
    /// </summary>
    /// <param name="File">The file, as it was when it was shared.</param>
    /// <param name="Blocks">SHA-256 of each 256 KiB of it.</param>
    public sealed record ShareBlocks(SharedFile File, ImmutableArray<Sha256Digest> Blocks) : ICommand;

    /// <summary>Whether the blocks of a file are served.</summary>
    /// <param name="Reason">Why not; empty: they are.</param>
    public sealed record BlocksShared(string Reason);

    /// <summary>Something below a shared folder may have changed.</summary>
    internal sealed record FolderChanged(string Folder) : ICommand;

    /// <summary>Time to look through a shared folder.</summary>
    internal sealed record Rescan(string Folder) : ICommand, IDeadLetterSuppression;
}
