using System.CommandLine;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Cjp2p.Benchmarks.Compare;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Node;

/// <summary><c>many</c>: a thousand downloads at once in one node, from one source.</summary>
internal static class ManyCommand
{
    private const int DownloadsMax = 1000;

    public static Command Create()
    {
        var downloads = new Option<int>("--downloads") { Description = "Downloads at once.", DefaultValueFactory = _ => DownloadsMax };
        var size = new Option<int>("--kib") { Description = "KiB of each file.", DefaultValueFactory = _ => 256 };
        var folder = CompareCommand.Folder();
        var program = CompareCommand.Program();
        var timeout = new Option<int>("--timeout") { Description = "Seconds that all may take.", DefaultValueFactory = _ => 600 };
        var command = new Command("many", "Measures 1,000 downloads at once in one node.") { downloads, size, folder, program, timeout };
        command.SetAction((parsed, cancel) => Guard.RunAsync(
            token => MeasureAsync(
                OurProgram.Find(parsed.GetValue(program)), parsed.GetValue(folder)!,
                Math.Clamp(parsed.GetValue(downloads), 1, DownloadsMax), Math.Max(1, parsed.GetValue(size)) * 1024, token),
            TimeSpan.FromSeconds(parsed.GetValue(timeout)),
            cancel));
        return command;
    }

    private static async Task MeasureAsync(string program, string folder, int downloads, int sizeBytes, CancellationToken cancel)
    {
        var table = new FigureTable(Console.Out);
        table.Begin();
        var place = Directory.CreateDirectory(Path.Combine(folder, $"cjp2p-bench-{Environment.ProcessId}-many")).FullName;
        try
        {
            var shared = Directory.CreateDirectory(Path.Combine(place, "shared")).FullName;
            var ids = MakeFiles(shared, downloads, sizeBytes);
            await using var source = await NodeProcess.StartAsync(program, folder, withHttp: true, core: null, [], cancel);
            // It answers when all is hashed.
            using (var answer = await source.Http!.PostAsJsonAsync("/api/share", new { path = shared }, cancel))
                answer.EnsureSuccessStatusCode();
            await using var node = await NodeProcess.StartAsync(program, folder, withHttp: true, core: null, [], cancel);
            var processor = MeasuredProcess.UsageOf(node.Process).Processor;
            var started = TimeProvider.System.GetTimestamp();
            foreach (var id in ids)
            {
                using var answer = await node.Http!.PostAsJsonAsync(
                    "/api/downloads", new { id, path = Path.Combine(place, id), peers = new[] { source.Address.ToString() } }, cancel);
                if (!answer.IsSuccessStatusCode)
                    throw new TransferException("The node refuses: " + await answer.Content.ReadAsStringAsync(cancel));
            }

            var accepted = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            foreach (var id in ids)
                await UntilFetchedAsync(place, id, sizeBytes, cancel);
            var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            foreach (var id in ids)
            {
                if (Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(place, id), cancel))) != id)
                    throw new TransferException($"WRONG: {id} is something else.");
            }

            var usage = MeasuredProcess.UsageOf(node.Process);
            var name = string.Create(CultureInfo.InvariantCulture, $"{downloads:#,0} downloads of {sizeBytes / 1024} KiB at once");
            table.Add($"{name}: all complete and right, s", seconds, "0.00");
            table.Add("of that, until the node had taken all requests by HTTP, s", accepted, "0.00");
            table.Add("MB/s", (double)sizeBytes * downloads / 1e6 / seconds, "0");
            table.Add("processor time of the node, s", (usage.Processor - processor).TotalSeconds, "0.00");
            table.Add("its memory, MB", usage.PeakBytes / 1e6, "0");
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    private static string[] MakeFiles(string folder, int count, int sizeBytes)
    {
        var bytes = new byte[sizeBytes];
        var ids = new string[count];
        for (var i = 0; i < count; i++)
        {
            RandomNumberGenerator.Fill(bytes);
            File.WriteAllBytes(Path.Combine(folder, i.ToString("0000", CultureInfo.InvariantCulture)), bytes);
            ids[i] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        }

        return ids;
    }

    // Verified content appears under its final name, and nothing else does.
    private static async Task UntilFetchedAsync(string folder, string id, int sizeBytes, CancellationToken cancel)
    {
        var target = new FileInfo(Path.Combine(folder, id));
        while (!target.Exists || target.Length != sizeBytes)
        {
            await Pause.ForAsync(TimeSpan.FromMilliseconds(5), cancel);
            target.Refresh();
        }
    }
}
