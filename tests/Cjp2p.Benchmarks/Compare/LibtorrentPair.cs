using System.Diagnostics;
using System.Globalization;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Compare;

/// <summary>libtorrent with its high-performance preset, by TCP: a seed, and a fresh process for each fetch.</summary>
internal sealed class LibtorrentPair : ITransferPair
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Compare", "libtorrent_peer.py");
    private readonly RivalProgram _python;
    private readonly Process _seed;
    private readonly string _port;
    private readonly TestFile _file;

    private LibtorrentPair(RivalProgram python, Process seed, string port, TestFile file)
    {
        _python = python;
        _seed = seed;
        _port = port;
        _file = file;
    }

    /// <summary>Starts the seed and waits until it serves the file.</summary>
    public static async Task<ITransferPair> StartAsync(RivalProgram python, TestFile file, CancellationToken cancel)
    {
        var command = python.Command(Script, "seed", file.SourcePath, Torrent(file));
        // It ends when this does, and so also with us.
        command.RedirectStandardInput = true;
        var seed = Process.Start(command)!;
        try
        {
            var ready = await MeasuredProcess.ReadLineAsync(seed, cancel);
            return new LibtorrentPair(python, seed, ready.Split(' ')[1], file);
        }
        catch
        {
            await MeasuredProcess.EndAsync(seed);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<TransferRun> FetchAsync(string target, CancellationToken cancel)
    {
        var folder = Directory.CreateDirectory(target + ".torrent").FullName;
        var before = MeasuredProcess.UsageOf(_seed);
        var fetch = await MeasuredProcess.RunAsync(_python.Command(Script, "fetch", Torrent(_file), _port, folder), cancel);
        var after = MeasuredProcess.UsageOf(_seed);
        File.Move(Path.Combine(folder, Path.GetFileName(_file.SourcePath)), target);
        Directory.Delete(folder, recursive: true);
        return new TransferRun(
            true, _file.LengthBytes, after.Processor - before.Processor, fetch.Processor, after.PeakBytes, fetch.PeakBytes)
        {
            Wall = TimeSpan.FromSeconds(double.Parse(fetch.Said.Split(' ')[1], CultureInfo.InvariantCulture)),
            SinceStart = fetch.Wall,
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _seed.StandardInput.Close();
        await MeasuredProcess.EndAsync(_seed);
    }

    private static string Torrent(TestFile file) => Path.Combine(file.Folder, "torrent");
}
