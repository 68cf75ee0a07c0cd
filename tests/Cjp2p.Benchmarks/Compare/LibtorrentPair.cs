using System.Diagnostics;
using System.Globalization;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Compare;

/// <summary>libtorrent with its high-performance preset, by TCP or by uTP: a seed, and a fresh process for each fetch.</summary>
internal sealed class LibtorrentPair : ITransferPair
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Compare", "libtorrent_peer.py");
    private readonly RivalProgram _python;
    private readonly Process _seed;
    private readonly string _port;
    private readonly TestFile _file;
    private readonly string _protocol;
    private readonly Place _seedAt;
    private readonly Place _fetcherAt;

    private LibtorrentPair(RivalProgram python, Process seed, string port, TestFile file, string protocol, Place seedAt, Place fetcherAt)
    {
        _protocol = protocol;
        _seedAt = seedAt;
        _fetcherAt = fetcherAt;
        _python = python;
        _seed = seed;
        _port = port;
        _file = file;
    }

    /// <summary>Starts the seed and waits until it serves the file.</summary>
    /// <param name="python">Python with libtorrent.</param>
    /// <param name="file">What is shared.</param>
    /// <param name="cancel">Ends waiting.</param>
    /// <param name="byUtp">By uTP; otherwise by TCP.</param>
    /// <param name="at">Where the seed is; null: on loopback.</param>
    /// <param name="fetcherAt">Where fetchers are; null: on loopback.</param>
    public static async Task<LibtorrentPair> StartAsync(
        RivalProgram python, TestFile file, CancellationToken cancel, bool byUtp = false, Place? at = null, Place? fetcherAt = null)
    {
        var protocol = byUtp ? "utp" : "tcp";
        at ??= Place.Loopback;
        var command = at.Wrap(python.Command(Script, protocol, at.Host, "seed", file.SourcePath, Torrent(file)));
        // It ends when this does, and so also with us.
        command.RedirectStandardInput = true;
        var seed = Process.Start(command)!;
        try
        {
            var ready = await MeasuredProcess.ReadLineAsync(seed, cancel);
            return new LibtorrentPair(python, seed, ready.Split(' ')[1], file, protocol, at, fetcherAt ?? Place.Loopback);
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
        var run = await FetchWithinAsync(target, Timeout.InfiniteTimeSpan, cancel);
        return run.FetchedBytes >= _file.LengthBytes ? run : throw new TransferException("libtorrent did not fetch all.");
    }

    /// <summary>Fetches for so long at the most. Only what is complete gets to <paramref name="target"/>.</summary>
    public async Task<TransferRun> FetchWithinAsync(string target, TimeSpan most, CancellationToken cancel)
    {
        var folder = Directory.CreateDirectory(target + ".torrent").FullName;
        var before = MeasuredProcess.UsageOf(_seed);
        var seconds = most == Timeout.InfiniteTimeSpan ? "inf" : most.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        var fetch = await MeasuredProcess.RunAsync(
            _fetcherAt.Wrap(_python.Command(
                Script, _protocol, _fetcherAt.Host, "fetch", Torrent(_file), _seedAt.Host, _port, folder, seconds)),
            cancel);
        var after = MeasuredProcess.UsageOf(_seed);
        var said = fetch.Said.Split(' ');
        var fetched = long.Parse(said[2], CultureInfo.InvariantCulture);
        if (fetched >= _file.LengthBytes)
            File.Move(Path.Combine(folder, Path.GetFileName(_file.SourcePath)), target);
        Directory.Delete(folder, recursive: true);
        return new TransferRun(
            true, _file.LengthBytes, after.Processor - before.Processor, fetch.Processor, after.PeakBytes, fetch.PeakBytes)
        {
            Wall = TimeSpan.FromSeconds(double.Parse(said[1], CultureInfo.InvariantCulture)),
            SinceStart = fetch.Wall,
            FetchedBytes = fetched,
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
