using System.Net;
using System.Net.Sockets;
using System.Text;
using Cjp2p.Host.Tests.Processes;

namespace Cjp2p.Host.Tests.Http;

/// <summary>What came to the HTTP port of others in the field and ended them: ours answers that it is wrong, or hangs up, and lives on.</summary>
public sealed class OddRequestTests : IDisposable
{
    private const string Host = "Host: 127.0.0.1\r\nConnection: close\r\n\r\n";

    private static readonly (string What, byte[] Bytes, string[] Answers)[] Requests =
    [
        ("a TLS hello", [0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3, .. Noise(190)], ["", "400"]),
        ("nothing", [], [""]),
        ("noise", Noise(5000), ["", "400"]),
        ("zeros", new byte[5000], ["", "400"]),
        ("a datagram", Encoding.ASCII.GetBytes("[{\"PleaseSendPeers\":{}}]\r\n\r\n"), ["", "400"]),
        ("half a request", Encoding.ASCII.GetBytes("GET /api/status HTTP/1.1\r\nHost: 127"), ["", "400"]),
        ("a line without an end", Encoding.ASCII.GetBytes("GET /" + new string('a', 100_000)), ["", "414"]),
        ("a header without an end", Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nX: " + new string('a', 100_000)), ["", "431"]),
        ("no host", Encoding.ASCII.GetBytes("GET /api/status HTTP/1.1\r\nConnection: close\r\n\r\n"), ["400"]),
        ("a body that is shorter than it says", Encoding.ASCII.GetBytes("POST /api/share HTTP/1.1\r\nContent-Length: 9999\r\n" + Host + "{"), ["", "401"]),
        ("a length that is none", Encoding.ASCII.GetBytes("POST /api/share HTTP/1.1\r\nContent-Length: -1\r\n" + Host), ["400"]),
        ("a short address", Ask("/c"), ["404"]),
        ("an address with a zero in it", Ask("/api/content/%00"), ["400", "404"]),
        ("a path upwards", Ask("/../../etc/passwd"), ["404"]),
        ("a path upwards in disguise", Ask("/api/captures/..%2F..%2Fnode.json"), ["400", "404"]),
        ("a content that is not there", Ask("/get/" + new string('0', 64)), ["404"]),
        ("a range that begins behind the end", Ask("/health/live", "Range: bytes=999999999-\r\n"), ["200", "416"]),
        ("a range that is none", Ask("/health/live", "Range: bites=x-y,-\r\n"), ["200"]),
        ("the language of later", Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), ["", "400", "frames"]),
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Request_that_is_none_is_refused_and_the_node_lives_on()
    {
        await using var node = await ApiProcess.StartAsync(_folder);
        // One that never goes on is there all the time.
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPEndPoint.Parse(node.Node.Http.Authority));
        var wrong = new List<string>();
        foreach (var (what, bytes, answers) in Requests)
        {
            var status = await StatusAsync(IPEndPoint.Parse(node.Node.Http.Authority), bytes);
            if (!answers.Contains(status))
                wrong.Add($"{what}: answered with '{status}'");
            Assert.Equal("ready", (await node.GetAsync("/health/ready")).GetProperty("status").GetString());
        }

        Assert.Empty(wrong);
        var tree = await node.GetAsync("/api/tree");
        Assert.All(tree.GetProperty("actors").EnumerateArray(), actor => Assert.Equal(0, actor.GetProperty("facts").GetProperty("restarts").GetInt32()));
        node.Process.Terminate();
        var outcome = await node.Process.WaitForExitAsync();
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.DoesNotContain(outcome.Error, line => line.Contains(" ERR ", StringComparison.Ordinal) || line.Contains(" FTL ", StringComparison.Ordinal));
    }

    // Sends, and says that no more comes where the request is not whole (who has asked and goes is not answered). The three digits of
    // the answer, "frames" for one of HTTP/2, or nothing where it hung up.
    private static async Task<string> StatusAsync(IPEndPoint to, byte[] bytes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(to);
        var stream = client.GetStream();
        var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(bytes);
            if (!bytes.AsSpan().EndsWith("\r\n\r\n"u8))
                client.Client.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(answer).WaitAsync(Cjp2pProcess.Bound);
        }
        catch (IOException)
        {
            // It hung up while there was more to read.
        }

        var text = Encoding.Latin1.GetString(answer.ToArray());
        return text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? text.Substring(9, 3)
            : text.StartsWith("\0\0\b\a", StringComparison.Ordinal) ? "frames" : text;
    }

    private static byte[] Ask(string path, string header = "") => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\n{header}{Host}");

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
