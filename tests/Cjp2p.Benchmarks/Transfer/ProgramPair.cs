using System.Diagnostics;
using System.Text.Json;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>
/// The real program: <c>cjp2p share</c> as the source, and a fresh <c>cjp2p get</c> for each fetch, measured from its
/// start to its end. Linux only.
/// </summary>
internal sealed class ProgramPair : ITransferPair
{
    private readonly Process _source;
    private readonly Func<string, ProcessStartInfo> _fetch;
    private readonly long _lengthBytes;
    private bool _wasUsed;

    private ProgramPair(Process source, Func<string, ProcessStartInfo> fetch, long lengthBytes)
    {
        _source = source;
        _fetch = fetch;
        _lengthBytes = lengthBytes;
    }

    /// <summary>Starts the source and waits until it serves the file.</summary>
    /// <param name="program">Path of cjp2p.dll, or of the executable beside it.</param>
    /// <param name="file">What is shared.</param>
    /// <param name="settings">Settings of both nodes.</param>
    /// <param name="cancel">Ends waiting.</param>
    public static async Task<ITransferPair> StartAsync(
        string program, TestFile file, string[] settings, CancellationToken cancel)
    {
        string[] set = [.. settings.SelectMany(setting => (string[])["--set", setting])];
        var (source, address) = await StartSourceAsync(program, file, set, cancel);
        return new ProgramPair(
            source,
            target => Command(program, ["get", file.Sha256, "--own-node", "--peer", address, "--output", target, "--json", .. set]),
            file.LengthBytes);
    }

    /// <summary>Starts <c>cjp2p share</c> and waits until it serves the file; returns its address too.</summary>
    public static async Task<(Process Source, string Address)> StartSourceAsync(
        string program, TestFile file, string[] arguments, CancellationToken cancel, Place? at = null)
    {
        at ??= Place.Loopback;
        var source = MeasuredProcess.StartServer(at.Wrap(
            Command(program, ["share", "--own-node", "--json", "--listen", at.Host + ":0", file.SourcePath, .. arguments])));
        try
        {
            // One line says where it listens, the next that the file is served.
            using var listening = JsonDocument.Parse(await MeasuredProcess.ReadLineAsync(source, cancel));
            using var shared = JsonDocument.Parse(await MeasuredProcess.ReadLineAsync(source, cancel));
            if (shared.RootElement.GetProperty("id").GetString() != file.Sha256)
                throw new TransferException("The source does not share what it was told to.");
            return (source, listening.RootElement.GetProperty("udp")[0].GetString()!);
        }
        catch
        {
            await MeasuredProcess.EndAsync(source);
            throw;
        }
    }

    /// <summary>The program, by its assembly or its executable.</summary>
    public static ProcessStartInfo Command(string program, params IEnumerable<string> arguments) =>
        Path.GetExtension(program) == ".dll"
            ? MeasuredProcess.Command("dotnet", [program, .. arguments])
            : MeasuredProcess.Command(program, arguments);

    /// <inheritdoc/>
    public async Task<TransferRun> FetchAsync(string target, CancellationToken cancel)
    {
        var isCold = !_wasUsed;
        _wasUsed = true;
        var sourceBefore = MeasuredProcess.UsageOf(_source);
        var fetcher = await MeasuredProcess.RunAsync(_fetch(target), cancel);
        var source = MeasuredProcess.UsageOf(_source);
        return new TransferRun(
            isCold, _lengthBytes, source.Processor - sourceBefore.Processor, fetcher.Processor, source.PeakBytes, fetcher.PeakBytes)
        {
            SinceStart = fetcher.Wall,
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await MeasuredProcess.EndAsync(_source);
}
