using System.CommandLine;
using System.Globalization;
using Akka.Actor;
using Akka.Configuration;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Node;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Content;

/// <summary>
/// A folder of many small files: how long until all are served, how long the node takes to answer and another content to be
/// fetched meanwhile, and how long a second start takes. Real files, real sockets on loopback, one process.
/// </summary>
internal static class IndexCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    public static Command Create()
    {
        var files = new Option<int>("--files") { Description = "Files.", DefaultValueFactory = _ => 100_000 };
        var bytes = new Option<int>("--bytes") { Description = "Bytes of each.", DefaultValueFactory = _ => 4096 };
        var folder = new Option<string>("--folder") { Description = "Where.", DefaultValueFactory = _ => Path.GetTempPath() };
        var command = new Command("index", "A shared folder of many files.") { files, bytes, folder };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(files), parsed.GetValue(bytes), parsed.GetValue(folder)!));
        return command;
    }

    private static async Task RunAsync(int files, int bytes, string parent)
    {
        var root = Path.Combine(parent, $"cjp2p-index-{Environment.ProcessId}");
        try
        {
            Make(Path.Combine(root, "shared"), files, bytes);
            Console.WriteLine($"{Machine.Date}, {Machine.Kind}, load {Machine.Load}, commit {Machine.Commit}");
            Console.WriteLine($"{files:n0} files of {bytes:n0} bytes");
            await StartAsync("first start", root, files);
            await StartAsync("second start", root, files);
        }
        finally
        {
            if (Directory.Exists(root))
                Directory.Delete(root, recursive: true);
        }
    }

    private static async Task StartAsync(string name, string root, int files)
    {
        var other = Path.Combine(root, "other");
        var settings = Settings(root);
        using var system = ActorSystem.Create(
            "bench", ConfigurationFactory.ParseString("akka.loglevel = WARNING").WithFallback(Cjp2pHostingExtensions.SystemConfig(settings)));
        var time = TimeProvider.System;
        var start = time.GetTimestamp();
        var node = await Cjp2pNode.StartAsync(system, settings);
        var up = time.GetElapsedTime(start);
        // Another content, which is shared and fetched while the folder is being looked through.
        var content = await OtherAsync(node, other);
        var fetching = FetchAsync(content, node, root);
        var (slowest, looks, progress) = (TimeSpan.Zero, 0, new SortedSet<int>());
        while (true)
        {
            var asked = time.GetTimestamp();
            var store = (await node.StatusAsync()).Store;
            var took = time.GetElapsedTime(asked);
            slowest = took > slowest ? took : slowest;
            looks++;
            if (store is not null)
            {
                progress.Add(store.Indexing);
                if (store is { Indexing: 0 } && store.Files >= files + 1)
                    break;
            }

            await Pause.ForAsync(Interval, CancellationToken.None);
        }

        var served = time.GetElapsedTime(start);
        var fetched = await fetching;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: up after {up.TotalSeconds:0.0} s, all served after {served.TotalSeconds:0.0} s; {looks} looks at the status, the slowest took {slowest.TotalMilliseconds:0} ms, {progress.Count} different numbers of files to hash; 32 MiB fetched meanwhile in {fetched.TotalSeconds:0.0} s; {GC.GetTotalMemory(true) / 1048576} MiB of heap"));
        await node.StopAsync();
        await system.Terminate();
    }

    private static async Task<SharedFile> OtherAsync(Cjp2pNode node, string path)
    {
        if (!File.Exists(path))
        {
            var random = new byte[32 << 20];
            new Random(1).NextBytes(random);
            await File.WriteAllBytesAsync(path, random);
        }

        return (await node.ShareAsync(path)).Files[0];
    }

    private static async Task<TimeSpan> FetchAsync(SharedFile content, Cjp2pNode source, string root)
    {
        var settings = NodeSettings.FromConfig(ConfigurationFactory.ParseString("cjp2p { listen = [\"127.0.0.1:0\"], name = other }"));
        using var system = ActorSystem.Create(
            "fetcher", ConfigurationFactory.ParseString("akka.loglevel = WARNING").WithFallback(Cjp2pHostingExtensions.SystemConfig(settings)));
        var node = await Cjp2pNode.StartAsync(system, settings);
        var start = TimeProvider.System.GetTimestamp();
        var target = Path.Combine(root, "fetched");
        await node.DownloadAsync(content.Id, target, [source.Addresses[0]]);
        var took = TimeProvider.System.GetElapsedTime(start);
        File.Delete(target);
        await node.StopAsync();
        await system.Terminate();
        return took;
    }

    private static NodeSettings Settings(string root) => NodeSettings.FromConfig(ConfigurationFactory.ParseString(
        $$"""cjp2p { listen = ["127.0.0.1:0"], content { shared = ["{{Path.Combine(root, "shared")}}"], data = "{{Path.Combine(root, "data")}}" } }"""));

    private static void Make(string folder, int files, int bytes)
    {
        var random = new Random(7);
        var content = new byte[bytes];
        for (var i = 0; i < files; i++)
        {
            var below = Path.Combine(folder, $"{i / 1000:000}");
            if (i % 1000 == 0)
                Directory.CreateDirectory(below);
            random.NextBytes(content);
            File.WriteAllBytes(Path.Combine(below, $"{i % 1000:000}"), content);
        }
    }
}
