using System.Diagnostics;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Compare;

/// <summary>A program that somebody else made, and what to install where it is missing.</summary>
/// <param name="Name">Its name, as people know it.</param>
/// <param name="Package">Its package in Debian.</param>
/// <param name="Path">Where it is; null: it is missing.</param>
internal sealed record RivalProgram(string Name, string Package, string? Path)
{
    // Debian's Python, to which its packages belong; another one may come first in PATH.
    private const string Python = "/usr/bin/python3";
    private static readonly string[] SystemFolders = ["/usr/sbin", "/usr/local/sbin"];

    /// <summary>Serves files by HTTP.</summary>
    public static RivalProgram Nginx() => new("nginx", "nginx-light", Find("nginx"));

    /// <summary>Fetches files by HTTP.</summary>
    public static RivalProgram Curl() => new("curl", "curl", Find("curl"));

    /// <summary>Sends datagrams.</summary>
    public static RivalProgram Iperf() => new("iperf3", "iperf3", Find("iperf3"));

    /// <summary>Python with libtorrent.</summary>
    public static async Task<RivalProgram> LibtorrentAsync(CancellationToken cancel)
    {
        const string Package = "python3-libtorrent";
        if (!File.Exists(Python))
            return new RivalProgram("libtorrent", Package, null);
        try
        {
            var command = MeasuredProcess.Command(Python, "-c", "import libtorrent");
            command.RedirectStandardError = true;
            await MeasuredProcess.RunAsync(command, cancel);
            return new RivalProgram("libtorrent", Package, Python);
        }
        catch (TransferException)
        {
            return new RivalProgram("libtorrent", Package, null);
        }
    }

    /// <summary>The program with arguments.</summary>
    public ProcessStartInfo Command(params IEnumerable<string> arguments) => MeasuredProcess.Command(Path!, arguments);

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator).Concat(SystemFolders)
            .Where(folder => folder.Length > 0)
            .Select(folder => System.IO.Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
}
