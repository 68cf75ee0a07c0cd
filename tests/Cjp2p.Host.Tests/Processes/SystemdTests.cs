using System.Net.Sockets;
using System.Text;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>What systemd is told over the socket that it names (Type=notify), and the unit in docs/systemd.</summary>
public sealed class SystemdTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_told_when_the_node_listens_and_when_it_is_being_stopped()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.In("notify")));
        await using var run = Cjp2pProcess.Start(
            _folder.Root, new Dictionary<string, string> { ["NOTIFY_SOCKET"] = _folder.In("notify") },
            "run", "--listen", "127.0.0.1:0", "--no-http", "--plain");
        Assert.Equal("READY=1", await ReceiveAsync(socket));
        await run.ListeningAsync();
        run.Terminate();
        Assert.Equal("STOPPING=1", await ReceiveAsync(socket));
        Assert.Equal(0, (await run.WaitForExitAsync()).ExitCode);
    }

    [Fact]
    public async Task A_node_that_cannot_run_is_never_said_to_be_ready()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder.In("notify")));
        await using var run = Cjp2pProcess.Start(
            _folder.Root, new Dictionary<string, string> { ["NOTIFY_SOCKET"] = _folder.In("notify") },
            "run", "--listen", "192.0.2.1:0", "--no-http", "--plain");
        Assert.Equal(1, (await run.WaitForExitAsync()).ExitCode);
        Assert.Equal(0, socket.Available);
    }

    [Fact]
    public void Unit_is_told_of_readiness_reloads_by_the_signal_and_waits_for_the_stop_to_end()
    {
        var unit = File.ReadAllLines(Path.Combine(Repository(), "docs", "systemd", "cjp2p.service"));
        Assert.Contains("Type=notify", unit);
        Assert.Contains("ExecReload=/bin/kill -HUP $MAINPID", unit);
        Assert.Contains("TimeoutStopSec=15", unit);
        Assert.All(
            ["NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "SystemCallFilter=@system-service", "DynamicUser=yes"],
            line => Assert.Contains(line, unit));
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[512];
        using var bound = new CancellationTokenSource(Cjp2pProcess.Bound);
        return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, bound.Token));
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Cjp2p.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
