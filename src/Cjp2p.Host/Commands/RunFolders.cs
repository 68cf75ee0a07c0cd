using Cjp2p.Actors.Node;
using Cjp2p.Host.Configuration;

namespace Cjp2p.Host.Commands;

/// <summary>The folders of <c>run</c>.</summary>
internal static class RunFolders
{
    private const string Shared = "shared";
    private const string Data = "data";

    /// <summary>What is shared, and where the node's own files are, when nobody says anything else.</summary>
    public static IReadOnlyList<Setting> Defaults { get; } =
    [
        new("cjp2p.content.shared", Setting.QuoteAll([Shared]), "run"),
        new("cjp2p.content.data", Setting.Quote(Data), "run"),
    ];

    /// <summary>Makes the default folder and the one for data; refuses what cannot be read or written.</summary>
    /// <exception cref="UserException">One line about the folder.</exception>
    public static void Prepare(ContentSettings content)
    {
        foreach (var folder in content.Shared)
            PrepareShared(folder);
        if (content.Data.Length > 0)
            PrepareData(content.Data);
    }

    private static void PrepareShared(string folder)
    {
        try
        {
            if (folder == Path.GetFullPath(Shared))
                Directory.CreateDirectory(folder);
            if (!File.Exists(folder))
                _ = Directory.EnumerateFileSystemEntries(folder).Any();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserException.Failed($"the folder {folder} cannot be shared: {FileProblems.Describe(e)}", e);
        }
    }

    private static void PrepareData(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var probe = new FileStream(
                Path.Combine(folder, ".cjp2p-probe"), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserException.Failed($"the folder {folder} for the node's own files cannot be written: {FileProblems.Describe(e)}", e);
        }
    }
}
