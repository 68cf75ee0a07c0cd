namespace Cjp2p.Actors.Tests.Content;

/// <summary>A test of what somebody may not do, which proves nothing when root, who may do everything, runs it.</summary>
public sealed class UnprivilegedFactAttribute : FactAttribute
{
    public UnprivilegedFactAttribute()
    {
        if (Environment.IsPrivilegedProcess)
        {
            Skip = "root may read everything";
        }
        else if (OperatingSystem.IsWindows())
        {
            Skip = "Windows has no such modes";
        }
    }
}

/// <summary>A test that needs a second file system beside that of the temporary folder.</summary>
public sealed class SecondFileSystemFactAttribute : FactAttribute
{
    /// <summary>Where Linux has one in memory.</summary>
    public const string OtherFolder = "/dev/shm";

    public SecondFileSystemFactAttribute()
    {
        if (!Directory.Exists(OtherFolder)
            || new DriveInfo(OtherFolder).TotalSize == new DriveInfo(Path.GetTempPath()).TotalSize)
        {
            Skip = $"{OtherFolder} is not a file system of its own here";
        }
    }
}
