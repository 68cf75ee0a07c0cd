using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Compare;

/// <summary>Finds the <c>cjp2p</c> that is built together with this program.</summary>
internal static class OurProgram
{
    /// <summary>The one that was named, or the one that was built with this.</summary>
    /// <exception cref="TransferException">It is not there.</exception>
    public static string Find(string? named)
    {
        var path = named ?? Built();
        return File.Exists(path) ? path : throw new TransferException($"There is no program {path}: build it with 'dotnet build -c Release'.");
    }

    // .../tests/Cjp2p.Benchmarks/bin/Release/net10.0/ -> .../src/Cjp2p.Host/bin/Release/net10.0/
    private static string Built()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var configuration = framework.Parent!;
        var root = configuration.Parent!.Parent!.Parent!.Parent!;
        var name = OperatingSystem.IsWindows() ? "cjp2p.exe" : "cjp2p";
        return Path.Combine(root.FullName, "src", "Cjp2p.Host", "bin", configuration.Name, framework.Name, name);
    }
}
