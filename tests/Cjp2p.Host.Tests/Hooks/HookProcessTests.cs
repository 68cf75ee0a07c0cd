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

    [Theory]
    [InlineData("the node stops, it was killed")]
    [InlineData("it took longer than 1 s and was killed")]
    public async Task When_it_is_to_end_it_is_killed_with_its_children(string reason)
    {
        using var running = new RunningHook(Event(_folder.In("x")));
        var run = HookProcess.RunAsync(Command("sleep 1000 & echo $$ $! > pids; wait"), running);
        await Until.TrueAsync(
            () => File.Exists(_folder.In("pids")) && File.ReadAllText(_folder.In("pids")).EndsWith('\n'), Cjp2pProcess.Bound);
        var pids = File.ReadAllText(_folder.In("pids")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.False(run.IsCompleted);
        // Not "soon": the process that kills it may end right after.
        running.Kill(reason);
        Assert.All(pids, pid => Assert.True(HasEnded(pid)));
        Assert.Equal(reason, await run.WaitAsync(Cjp2pProcess.Bound));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_one_line() => Assert.StartsWith(
        "it cannot be started: ",
        await RunAsync(["/no/such/program"], _folder.In("x")),
        StringComparison.Ordinal);

    private static Task<string?> RunAsync(string script, string path, params string[] arguments) =>
        RunAsync(Command(script, arguments), path);

    private static async Task<string?> RunAsync(ImmutableArray<string> command, string path)
    {
        using var running = new RunningHook(Event(path));
        return await HookProcess.RunAsync(command, running).WaitAsync(Cjp2pProcess.Bound);
    }

    // Killed: gone, only waiting to be asked how it ended, on its way out, or with a SIGKILL that it has yet to take on a busy machine.
    private static bool HasEnded(string pid)
    {
        const uint Exiting = 4;
        const ulong KillPending = 1 << (9 - 1);
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var pending = File.ReadLines($"/proc/{pid}/status")
                .Where(line => line.StartsWith("SigPnd:", StringComparison.Ordinal) || line.StartsWith("ShdPnd:", StringComparison.Ordinal))
                .Select(line => Convert.ToUInt64(line.Split('\t')[1], 16));
            return stat[0] is "Z" or "X" || (uint.Parse(stat[6], System.Globalization.CultureInfo.InvariantCulture) & Exiting) != 0
                || pending.Any(signals => (signals & KillPending) != 0);
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static ImmutableArray<string> Command(string script, params string[] arguments) => ["/bin/sh", "-c", script, "sh", .. arguments];

    private static HookEvent Event(string path) => new(HookKind.Complete, "id", path, 7);
}
