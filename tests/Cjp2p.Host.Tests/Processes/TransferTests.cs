using System.Text.Json;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>Files of all sizes go from one process to another, over real sockets, and arrive as they were.</summary>
public sealed class TransferTests(SharingNode source) : IClassFixture<SharingNode>
{
    public static TheoryData<long> Sizes => [.. SharingNode.Sizes];

    [Theory]
    [MemberData(nameof(Sizes))]
    public Task A_file_arrives_as_it_was(long size) => FetchAsync(size);

    [LargeTheory]
    [InlineData(1L << 29)]
    [InlineData(1L << 30)]
    public Task A_large_file_arrives_as_it_was(long size) => FetchAsync(size);

    private async Task FetchAsync(long size)
    {
        using var folder = new TestFolder();
        var id = await source.IdAsync(size);

        var outcome = await Cjp2pProcess.RunAsync(folder.Path, "get", id, "--peer", source.Node.Udp, "-o", "got", "--json");

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(size, new FileInfo(folder["got"]).Length);
        Assert.Equal(id, folder.HashOf("got"));
        Assert.Equal([folder["got"]], Directory.GetFileSystemEntries(folder.Path));
        using var report = JsonDocument.Parse(Assert.Single(outcome.Output));
        Assert.Equal(id, report.RootElement.GetProperty("id").GetString());
        Assert.Equal(size, report.RootElement.GetProperty("lengthBytes").GetInt64());
    }
}
