namespace Cjp2p.Host;

/// <summary>What went wrong with a file, without .NET's own sentences around it.</summary>
internal static class FileProblems
{
    /// <summary>The reason, for the middle of a line.</summary>
    public static string Describe(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file or folder",
        UnauthorizedAccessException => "permission denied",
        PathTooLongException => "the path is too long",
        _ => e.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.'),
    };
}
