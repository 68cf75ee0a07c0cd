using System.Collections.Immutable;
using Cjp2p.Host.Hooks;
using Cjp2p.Host.Tests.Processes;

namespace Cjp2p.Host.Tests.Hooks;

/// <summary>Commands are run as they are, with no shell between, and not for ever.</summary>
public sealed class HookProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_name_that_a_stranger_chose_is_an_argument_and_nothing_else()
    {
        const string Name = "$(touch pwned); `touch pwned` \"' --\n";
        var path = _folder.In(Name);
        Assert.Null(await RunAsync("printf '%s|%s|%s|%s|%s|%s' \"$1\" \"$2\" \"$3\" \"$CJP2P_EVENT\" \"$CJP2P_PATH\" \"$CJP2P_BYTES\" > out", path, "first"));
        Assert.Equal($"first|id|{path}|complete|{path}|7", File.ReadAllText(_folder.In("out")));
        Assert.False(File.Exists(_folder.In("pwned")));
    }

    [Fact]
    public async Task A_command_that_fails_is_told_with_the_beginning_of_what_it_said() =>
        Assert.Equal("exit code 3: no such thing", await RunAsync("echo no such thing >&2; exit 3", _folder.In("x")));

    [Fact]
    public async Task A_command_that_writes_a_lot_does_not_wait_for_us() =>
        Assert.Null(await RunAsync("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2", _folder.In("x")));

    [Fact]
    public async Task A_command_that_does_not_end_is_killed_with_its_children()
    {
        var problem = await RunAsync("sleep 1000 & echo $! > child; wait", _folder.In("x"), timeout: TimeSpan.FromSeconds(1));
        Assert.Equal("it took longer than 1 s and was killed", problem);
        // It may not have come so far on a busy machine.
        if (File.Exists(_folder.In("child")) && File.ReadAllText(_folder.In("child")).Trim() is { Length: > 0 } child)
            await Until.TrueAsync(() => !File.Exists($"/proc/{child}/cmdline") || File.ReadAllText($"/proc/{child}/cmdline").Length == 0, Cjp2pProcess.Bound);
    }

    [Fact]
    public async Task When_the_node_stops_it_is_killed()
    {
        using var stopping = new CancellationTokenSource();
        var run = HookProcess.RunAsync(
            Command("sleep 1000 & echo $$ $! > pids; wait"), Event(_folder.In("x")), TimeSpan.FromHours(1), stopping.Token);
        await Until.TrueAsync(
            () => File.Exists(_folder.In("pids")) && File.ReadAllText(_folder.In("pids")).EndsWith('\n'), Cjp2pProcess.Bound);
        var pids = File.ReadAllText(_folder.In("pids")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.False(run.IsCompleted);
        // Not "soon": the process that cancels may end right after.
        stopping.Cancel();
        Assert.All(pids, pid => Assert.True(HasEnded(pid)));
        Assert.Equal("the node stops, it was killed", await run.WaitAsync(Cjp2pProcess.Bound));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_one_line() => Assert.StartsWith(
        "it cannot be started: ",
        await HookProcess.RunAsync(["/no/such/program"], Event(_folder.In("x")), TimeSpan.FromMinutes(1), CancellationToken.None),
        StringComparison.Ordinal);

    private static Task<string?> RunAsync(string script, string path, params string[] arguments) =>
        HookProcess.RunAsync(Command(script, arguments), Event(path), Cjp2pProcess.Bound, CancellationToken.None);

    private static Task<string?> RunAsync(string script, string path, TimeSpan timeout) =>
        HookProcess.RunAsync(Command(script), Event(path), timeout, CancellationToken.None);

    // Killed: gone, or only waiting to be asked how it ended.
    private static bool HasEnded(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].Trim()[0] is 'Z' or 'X';
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static ImmutableArray<string> Command(string script, params string[] arguments) => ["/bin/sh", "-c", script, "sh", .. arguments];

    private static HookEvent Event(string path) => new(HookKind.Complete, "id", path, 7);
}
