using System.Net;
using System.Net.Sockets;
using Akka.Configuration;
using Akka.Hosting;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Tests.Doubles;
using Microsoft.Extensions.Hosting;

namespace Cjp2p.Actors.Tests.Hosting;

/// <summary>A node in a program of somebody else, by the five lines of README.md, with real sockets and files.</summary>
public sealed class AddCjp2pNodeSpecs : IDisposable
{
    /// <summary>Nothing here takes this long: a test that does hangs.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("cjp2p-").FullName;

    private string Part => In("got" + DownloadFileActor.UnfinishedSuffix);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // What stands between the first and the last of the five lines is compared with README.md by the next test.
    private static async Task RunAsync(NodeSettings settings, Func<IHost, Cjp2pNode, Task> use)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddAkka("example", akka => akka.AddCjp2pNode(settings));
        using var host = builder.Build();
        await host.StartAsync();
        var node = await Cjp2pNode.GetAsync(host.Services);
        await use(host, node).WaitAsync(Bound);
        await host.StopAsync().WaitAsync(Bound);
    }

    [Fact]
    public void These_are_the_five_lines_of_the_README()
    {
        var readme = Lines("README.md").SkipWhile(line => line != "## In a program of your own").SkipWhile(line => line != "```csharp")
            .Skip(1).TakeWhile(line => line != "```").ToArray();
        Assert.Equal(5, readme.Length);

        var here = Lines("tests/Cjp2p.Actors.Tests/Hosting/AddCjp2pNodeSpecs.cs").SkipWhile(line => line != readme[0]).Take(5);

        // Its settings are the one thing that a test must choose: a port of its own.
        Assert.Equal(readme, here.Select(line => line.Replace("(settings)", "(NodeSettings.Default)", StringComparison.Ordinal)));

        static IEnumerable<string> Lines(string path) => Repository.Read(path).Split('\n').Select(line => line.Trim());
    }

    [Fact]
    public Task What_one_host_shares_another_fetches_and_both_tell_how_they_are() => RunAsync(Settings(), async (_, sharing) =>
    {
        var content = ScriptedSource.ContentOf(5 * SpanGeometry.SpanBytes + 77);
        var shared = await sharing.ShareAsync(Write("a", content));
        Assert.Equal(ScriptedSource.IdOf(content), Assert.Single(shared.Files).Id);

        await RunAsync(Settings(), async (_, fetching) =>
        {
            var finished = await fetching.DownloadAsync(ScriptedSource.IdOf(content), In("got"), sharing.Addresses);

            Assert.Equal(content, await File.ReadAllBytesAsync(In("got")));
            Assert.Equal((In("got"), content.Length), (finished.TargetPath, finished.LengthBytes));
            Assert.Equal(sharing.Addresses[0], Assert.Single(finished.Sources));
            var status = await fetching.StatusAsync();
            Assert.Equal((1, 0), (status.Peers!.Verified, status.Downloads!.Running.Length));
            Assert.Equal(fetching.Addresses[0], Assert.Single(status.Socket!.Endpoints).Address);
        });

        var store = (await sharing.StatusAsync()).Store!;
        Assert.Equal((1, content.Length), (store.Files, store.Bytes));
    });

    [Fact]
    public async Task Port_that_is_in_use_keeps_the_host_from_starting_and_is_one_line()
    {
        using var other = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var taken = (IPEndPoint)other.Client.LocalEndPoint!;

        var refused = await Assert.ThrowsAsync<NodeException>(
            () => RunAsync(Settings(listen: $"{taken}"), (_, _) => throw new InvalidOperationException("it started")).WaitAsync(Bound));

        Assert.Equal($"UDP port {taken.Port} on 127.0.0.1 is already in use", refused.Message);
    }

    [Fact]
    public Task Host_that_stops_in_mid_download_keeps_what_there_is_and_the_next_goes_on_from_there() => RunAsync(Settings(), async (_, sharing) =>
    {
        var content = ScriptedSource.ContentOf(128 * SpanGeometry.SpanBytes);
        var id = ScriptedSource.IdOf(content);
        await sharing.ShareAsync(Write("a", content));
        var kept = 0L;
        // Its bound is far beyond that of the test: it stops because everything is saved. It saves by itself only then.
        var slowly = Settings("shutdown-timeout = 600s, limits.download = 4MiB, downloads.save-every = 1h");
        await RunAsync(slowly, async (host, fetching) =>
        {
            var midway = new Midway(content.Length / 4);
            var download = fetching.DownloadAsync(id, In("got"), sharing.Addresses, midway);
            kept = await midway.Reached;
            await host.StopAsync();
            Assert.Equal("stopped; it goes on from here when it is started again", (await Assert.ThrowsAsync<NodeException>(() => download)).Message);
        });

        Assert.False(File.Exists(In("got")));
        Assert.Equal([In("a"), Part, Part + DownloadFileActor.MapSuffix], Directory.EnumerateFiles(_folder).Order(StringComparer.Ordinal));

        await RunAsync(Settings("downloads.timeout-min = 500ms"), async (_, fetching) =>
        {
            var finished = await fetching.DownloadAsync(id, In("got"), sharing.Addresses);
            Assert.Equal(content, await File.ReadAllBytesAsync(In("got")));
            // Some chunks may come twice on a busy machine, but not what was kept.
            Assert.InRange(finished.FetchedBytes, 1, content.Length - kept * 3 / 4);
        });
        Assert.Equal([In("a"), In("got")], Directory.EnumerateFiles(_folder).Order(StringComparer.Ordinal));
    });

    private static NodeSettings Settings(string hocon = "", string listen = "127.0.0.1:0") => NodeSettings.FromConfig(
        ConfigurationFactory.ParseString($"cjp2p {{ listen = [\"{listen}\"]\n {hocon} }}"));

    private string In(string name) => Path.Combine(_folder, name);

    private string Write(string name, byte[] content)
    {
        File.WriteAllBytes(In(name), content);
        return In(name);
    }

    /// <summary>Waits until so many bytes are on the disk.</summary>
    private sealed class Midway(long bytes) : IProgress<DownloadProtocol.Progress>
    {
        private readonly TaskCompletionSource<long> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<long> Reached => _reached.Task;

        public void Report(DownloadProtocol.Progress value)
        {
            if (value.DoneBytes >= bytes)
                _reached.TrySetResult(value.DoneBytes);
        }
    }
}
