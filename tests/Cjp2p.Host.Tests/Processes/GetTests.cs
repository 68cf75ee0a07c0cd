namespace Cjp2p.Host.Tests.Processes;

/// <summary>What <c>get</c> does with files that are there, and when there is nothing to be had.</summary>
public sealed class GetTests(SmallNode source) : IClassFixture<SmallNode>
{
    private const string Nobody = "0000000000000000000000000000000000000000000000000000000000000000";

    [Fact]
    public async Task Without_a_name_the_file_has_the_id_as_its_name()
    {
        using var folder = new TemporaryFolder();

        var outcome = await GetAsync(folder);

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(SmallNode.Id, folder.IdOf(SmallNode.Id));
        Assert.Matches($@"^\./{SmallNode.Id}  6 B in [0-9.]+ s, .+/s from {source.Node.Udp}, verified$", Assert.Single(outcome.Output));
        Assert.Empty(outcome.Error);
    }

    [Fact]
    public async Task A_folder_as_its_place_gets_a_file_with_the_id_as_its_name()
    {
        using var folder = new TemporaryFolder();
        folder.Folder("there");

        var outcome = await GetAsync(folder, "-o", "there");

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(SmallNode.Id, folder.IdOf($"there/{SmallNode.Id}"));
    }

    [Fact]
    public async Task A_file_that_is_the_content_already_is_enough()
    {
        using var folder = new TemporaryFolder();
        folder.Text("got", "hello\n");

        // Nobody is there to be asked, so nobody was.
        var outcome = await Cjp2pProcess.RunAsync(folder.Root, "get", SmallNode.Id, "-o", "got", "--peer", "127.0.0.1:9");

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal("got  6 B, was there already, verified", Assert.Single(outcome.Output));
    }

    [Fact]
    public async Task A_file_that_is_something_else_is_not_replaced()
    {
        using var folder = new TemporaryFolder();
        folder.Text("got", "precious");

        var outcome = await GetAsync(folder, "-o", "got");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("cjp2p get: got exists and is something else; --force replaces it", Assert.Single(outcome.Error));
        Assert.Equal("precious", await File.ReadAllTextAsync(folder.In("got")));
    }

    [Fact]
    public async Task With_force_it_is_replaced()
    {
        using var folder = new TemporaryFolder();
        folder.Text("got", "worthless");

        var outcome = await GetAsync(folder, "-o", "got", "--force");

        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Equal(SmallNode.Id, folder.IdOf("got"));
    }

    [Fact]
    public async Task Where_nobody_listens_it_fails_in_time_and_says_why()
    {
        using var folder = new TemporaryFolder();

        var outcome = await Cjp2pProcess.RunAsync(folder.Root, "get", Nobody, "--peer", "127.0.0.1:9", "--timeout", "2");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("cjp2p get: not complete after 2 s: the one address that was asked has not answered", Assert.Single(outcome.Error));
        Assert.Empty(outcome.Output);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Root));
    }

    [Fact]
    public async Task Where_nobody_has_it_it_says_so_while_it_waits_and_in_the_end()
    {
        using var folder = new TemporaryFolder();

        var outcome = await Cjp2pProcess.RunAsync(
            folder.Root, "get", Nobody, "--peer", source.Node.Udp, "--timeout", "3", "--set", "downloads.stall-after=500ms");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("waiting: nobody who was asked has it", outcome.Error[0]);
        Assert.Equal("cjp2p get: not complete after 3 s: nobody who was asked has it", outcome.Error[^1]);
    }

    [Fact]
    public async Task Where_nothing_can_be_sent_it_says_so()
    {
        using var folder = new TemporaryFolder();

        var outcome = await Cjp2pProcess.RunAsync(
            folder.Root, "get", Nobody, "--peer", "[::1]:9", "--listen", "127.0.0.1:0", "--timeout", "1");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(
            "cjp2p get: not complete after 1 s: nothing can be sent to the one address that was to be asked from where the node listens",
            Assert.Single(outcome.Error));
    }

    [Fact]
    public async Task For_scripts_a_failure_is_an_object_too()
    {
        using var folder = new TemporaryFolder();

        var outcome = await Cjp2pProcess.RunAsync(
            folder.Root, "get", Nobody, "--peer", "127.0.0.1:9", "--timeout", "1", "-o", "got", "--json");

        Assert.Equal(1, outcome.ExitCode);
        const string Why = "not complete after 1 s: the one address that was asked has not answered";
        Assert.Equal($$"""{"error":"{{Why}}","id":"{{Nobody}}","path":"got","keptBytes":0}""", Assert.Single(outcome.Output));
        Assert.Equal($"cjp2p get: {Why}", Assert.Single(outcome.Error));
    }

    [Fact]
    public async Task A_folder_that_takes_no_files_is_one_line_before_anybody_is_asked()
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var folder = new TemporaryFolder();

        var outcome = await Cjp2pProcess.RunAsync(folder.Root, "get", Nobody, "--peer", "127.0.0.1:9", "-o", "/proc/got", "--timeout", "30");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("cjp2p get: /proc/got cannot be written: its folder takes no files", Assert.Single(outcome.Error));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_one_line()
    {
        using var folder = new TemporaryFolder();

        var outcome = await GetAsync(folder, "-o", "nowhere/got");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(
            $"cjp2p get: nowhere/got cannot be written: there is no folder {folder.In("nowhere")}", Assert.Single(outcome.Error));
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_is_one_line()
    {
        using var folder = new TemporaryFolder();
        folder.Folder("got.cjp2p-part");

        var outcome = await GetAsync(folder, "-o", "got");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(
            $"cjp2p get: got cannot be written: '{folder.In("got.cjp2p-part")}' is a folder", Assert.Single(outcome.Error));
    }

    private Task<Outcome> GetAsync(TemporaryFolder folder, params string[] more) =>
        Cjp2pProcess.RunAsync(folder.Root, ["get", SmallNode.Id, "--peer", source.Node.Udp, .. more]);
}
