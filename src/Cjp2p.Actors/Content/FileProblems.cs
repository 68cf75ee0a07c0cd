namespace Cjp2p.Actors.Content;

/// <summary>What went wrong with a file, without .NET's own sentences around it.</summary>
public static class FileProblems
{
    private const string BeforePath = " : '";

    /// <summary>The reason, for the middle of a line that names the path.</summary>
    public static string Describe(Exception e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return e switch
        {
            FileNotFoundException or DirectoryNotFoundException => "there is no such file or folder",
            UnauthorizedAccessException => "permission denied",
            PathTooLongException => "the path is too long",
            _ => WithoutPath(e.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.')),
        };
    }

    /// <summary>The same of a path that had to be a file: .NET says of a folder that access is denied.</summary>
    public static string Describe(Exception e, bool isFolder) =>
        e is UnauthorizedAccessException && isFolder ? "it is a folder" : Describe(e);

    // "No space left on device : '/data/got'"
    private static string WithoutPath(string message) =>
        message.EndsWith('\'') && message.LastIndexOf(BeforePath, StringComparison.Ordinal) is > 0 and var at ? message[..at] : message;
}
