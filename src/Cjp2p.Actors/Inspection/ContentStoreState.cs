using System.Collections.Immutable;

namespace Cjp2p.Actors.Inspection;

/// <summary>State of the content store.</summary>
/// <param name="Summary">In one line.</param>
/// <param name="Folders">What is shared, by path.</param>
public sealed record ContentStoreState(string Summary, ImmutableArray<SharedFolderState> Folders)
    : ActorState(Summary)
{
    /// <inheritdoc/>
    public override ImmutableArray<TableSize> Tables =>
        [.. Folders.Select(folder => Table(folder.Path, folder.Files, folder.FilesMax))];

    /// <summary>The table of the files of one folder. How many are not shared because there are too many nobody counts.</summary>
    internal static TableSize Table(string path, int files, int filesMax) =>
        new("cjp2p.content.files-max", "files in " + path, files, filesMax);
}

/// <summary>A shared folder, or file.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Files">Files of it that are served.</param>
/// <param name="FilesMax">How many may be.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="ToHash">Files that wait to be hashed.</param>
/// <param name="WasScanned">Whether all of it has been looked at.</param>
/// <param name="IsWatched">Whether the system says when something changes.</param>
/// <param name="Problems">What could not be read, at most 100; may hold names of strangers' files.</param>
public sealed record SharedFolderState(
    string Path, int Files, int FilesMax, long Bytes, int ToHash, bool WasScanned, bool IsWatched, ImmutableArray<string> Problems);
