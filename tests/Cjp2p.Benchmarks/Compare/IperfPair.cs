using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Compare;

/// <summary>
/// The yardstick of plain UDP: iperf3 sends datagrams of 4096 bytes as fast as it can, one system call each, to another that
/// counts them. Nobody asks, encodes, decodes, writes or verifies, and what is lost is lost. Makes no file.
/// </summary>
internal sealed class IperfPair(RivalProgram iperf, long lengthBytes) : ITransferPair
{
    private const int DatagramBytes = 4096;

    /// <summary>Datagrams that did not arrive, of all, in the last run.</summary>
    public double LostPart { get; private set; }

    /// <inheritdoc/>
    public async Task<TransferRun> FetchAsync(string target, CancellationToken cancel)
    {
        var port = CurlPair.FreeTcpPort().ToString(CultureInfo.InvariantCulture);
        using var server = Process.Start(iperf.Command("--server", "--one-off", "--bind", "127.0.0.1", "--port", port, "--forceflush"))!;
        // A line, then that it listens.
        for (var line = ""; !line.StartsWith("Server listening", StringComparison.Ordinal);)
            line = await MeasuredProcess.ReadLineAsync(server, cancel);
        _ = server.StandardOutput.ReadToEndAsync(cancel);
        var childrenBefore = MeasuredProcess.ProcessorOfEndedChildren();
        var serverPeakBytes = MeasuredProcess.UsageOf(server).PeakBytes;
        var client = await MeasuredProcess.RunAsync(
            iperf.Command(
                "--client", "127.0.0.1", "--port", port, "--udp", "--bitrate", "0", "--json",
                "--length", DatagramBytes.ToString(CultureInfo.InvariantCulture),
                "--bytes", lengthBytes.ToString(CultureInfo.InvariantCulture)),
            cancel);
        await server.WaitForExitAsync(cancel);
        using var report = JsonDocument.Parse(client.Said);
        var received = report.RootElement.GetProperty("end").GetProperty("sum_received");
        LostPart = received.GetProperty("lost_percent").GetDouble() / 100;
        return new TransferRun(
            true, received.GetProperty("bytes").GetInt64(),
            MeasuredProcess.ProcessorOfEndedChildren() - childrenBefore - client.Processor, client.Processor,
            serverPeakBytes, client.PeakBytes)
        {
            Wall = TimeSpan.FromSeconds(received.GetProperty("seconds").GetDouble()),
        };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
