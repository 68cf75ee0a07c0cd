namespace Cjp2p.Actors.Tests;

/// <summary>Files of the repository that the tests were built from, for tests that hold documents to the code.</summary>
internal static class Repository
{
    /// <summary>The folder of Cjp2p.sln, found from where the tests run.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>Text of a file, by its path from the root.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string Find(string folder)
    {
        for (DirectoryInfo? here = new(folder); here is not null; here = here.Parent)
        {
            if (File.Exists(Path.Combine(here.FullName, "Cjp2p.sln")))
                return here.FullName;
        }

        throw new DirectoryNotFoundException($"no folder above {folder} has a Cjp2p.sln");
    }
}
