using System.Globalization;
using System.Text.Json;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;

namespace Cjp2p.Host.Http;

/// <summary>
/// Captures of datagrams, JSON Lines in the folder <c>captures</c> of the node's data. Each is bounded in length and time,
/// and there are so many at the most. Thread-safe.
/// </summary>
internal sealed class CaptureFiles(string data, long bytesMax)
{
    /// <summary>Capture files at the most; further ones are refused until some are removed.</summary>
    public const int FilesMax = 32;

    /// <summary>Longest time of a capture.</summary>
    public const double SecondsMax = 3600;

    private const string Folder = "captures";
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Capture> _running = [];

    /// <summary>Captures that were not started because there were so many.</summary>
    public long Refused { get; private set; }

    /// <summary>The captures, by name.</summary>
    public CaptureDocument[] All
    {
        get
        {
            lock (_lock)
            {
                var folder = new DirectoryInfo(Path.Combine(data, Folder));
                return data.Length == 0 || !folder.Exists
                    ? []
                    : [
                        .. folder.GetFiles("*.jsonl").OrderBy(file => file.Name, StringComparer.Ordinal).Select(file =>
                            _running.TryGetValue(file.Name, out var running)
                                ? new CaptureDocument(file.Name, file.Length, !running.Ended.IsCompleted, running.Datagrams, running.Tap.Dropped)
                                : new CaptureDocument(file.Name, file.Length, false, null, null)),
                    ];
            }
        }
    }

    /// <summary>Starts one.</summary>
    /// <exception cref="ApiException">It cannot be; the message says why.</exception>
    public CaptureDocument Start(NodeInspection inside, TapFilter filter, double seconds)
    {
        if (data.Length == 0)
            throw ApiCall.Bad("the node has no data folder to capture to (cjp2p.content.data)");
        if (seconds is not (> 0 and <= SecondsMax))
            throw ApiCall.Bad($"seconds is a number above 0 and up to {SecondsMax}");
        lock (_lock)
        {
            var folder = Directory.CreateDirectory(Path.Combine(data, Folder));
            if (folder.GetFiles("*.jsonl").Length >= FilesMax)
            {
                Refused++;
                throw new ApiException(409, $"there are {FilesMax} captures already: delete some");
            }

            Tap tap;
            try
            {
                tap = inside.OpenTap(filter with { Whole = true, Datagrams = true, Actors = false });
            }
            catch (InvalidOperationException e)
            {
                throw new ApiException(409, e.Message);
            }

            var at = inside.Node.Clock.UtcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
            var name = Enumerable.Range(1, FilesMax + 1)
                .Select(i => $"{at}-{i}.jsonl").First(candidate => !File.Exists(Path.Combine(folder.FullName, candidate)));
            _running[name] = new Capture(tap, Path.Combine(folder.FullName, name), inside.Node.Settings, bytesMax, seconds);
            return new CaptureDocument(name, 0, true, 0, 0);
        }
    }

    /// <summary>Ends one that runs, and returns when all that it took is written; removes one that has ended.</summary>
    public async Task EndAsync(string name)
    {
        Capture? capture;
        lock (_lock)
        {
            capture = _running.GetValueOrDefault(name);
            if (capture is null || capture.Ended.IsCompleted)
            {
                File.Delete(PathOf(name));
                _running.Remove(name);
                return;
            }
        }

        capture.Tap.Dispose();
        await capture.Ended.ConfigureAwait(false);
    }

    /// <summary>The file of a capture.</summary>
    public string PathOf(string name) =>
        All.FirstOrDefault(capture => capture.Name == name) is null
            ? throw ApiCall.NotFound($"there is no capture {name}")
            : Path.Combine(data, Folder, name);

    private sealed class Capture
    {
        private long _datagrams;

        public Capture(Tap tap, string path, NodeSettings settings, long bytesMax, double seconds)
        {
            Tap = tap;
            Ended = RunAsync(path, settings.Name, bytesMax, TimeSpan.FromSeconds(seconds));
        }

        public Tap Tap { get; }

        public Task Ended { get; }

        public long Datagrams => Interlocked.Read(ref _datagrams);

        private async Task RunAsync(string path, string us, long bytesMax, TimeSpan most)
        {
            await Task.Yield();
            using var deadline = new CancellationTokenSource(most);
            try
            {
                var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
                await using (file.ConfigureAwait(false))
                {
                    double? start = null;
                    await foreach (var happened in Tap.ReadAsync(deadline.Token).ConfigureAwait(false))
                    {
                        start ??= happened.ClockSeconds;
                        var line = JsonSerializer.SerializeToUtf8Bytes(
                            TapDocuments.Line(TapDocuments.Of(happened), us, start.Value), HttpJson.Lines.CaptureLine);
                        if (file.Position + line.Length + 1 > bytesMax)
                            break;
                        await file.WriteAsync(line, CancellationToken.None).ConfigureAwait(false);
                        file.WriteByte((byte)'\n');
                        Interlocked.Increment(ref _datagrams);
                        if (Tap.Taken == Datagrams)
                            await file.FlushAsync(CancellationToken.None).ConfigureAwait(false);
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or UnauthorizedAccessException)
            {
                // Its time is over, or the disk takes no more: what was written stays.
            }
            finally
            {
                Tap.Dispose();
            }
        }
    }
}
