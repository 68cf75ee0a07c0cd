using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Cjp2p.Browser.Tests;

/// <summary>
/// Peers that prove themselves, answer pings as slowly as distant ones do, and say things that the node does not know.
/// </summary>
internal sealed class Strangers : IAsyncDisposable
{
    private static readonly string[] Sayings =
    [
        """{"WhereAreThey":{"ed25519h":"e13a614dff88de239a986bea20ca129c3dc77bb727fac18f2f092eed27cfb3fb"}}""",
        """{"MyPublicKey":{"ed25519h":"8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f"}}""",
        """{"Weather":{"sunny":true,"degrees":21}}""",
        """{"<img src=x onerror=alert(1)>":{"text":"\u001b[2J \u202e text of a stranger"}}""",
    ];

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _all;

    public Strangers(IPEndPoint node, int count) =>
        _all = Task.WhenAll(Enumerable.Range(0, count).Select(i => RunAsync(node, i)));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _all;
        _stop.Dispose();
    }

    private async Task RunAsync(IPEndPoint node, int number)
    {
        using var socket = new UdpClient(new IPEndPoint(new IPAddress([127, 0, (byte)(1 + number % 3), (byte)(10 + number)]), 0));
        socket.Connect(node);
        var distance = TimeSpan.FromMilliseconds(1 + 9 * number % 240);
        var cookie = "";
        var hello = SayAsync();
        try
        {
            while (true)
            {
                var datagram = await socket.ReceiveAsync(_stop.Token);
                using var messages = JsonDocument.Parse(datagram.Buffer);
                foreach (var message in messages.RootElement.EnumerateArray().SelectMany(message => message.EnumerateObject()))
                {
                    if (message.Name == "PleaseAlwaysReturnThisMessage")
                        cookie = $$"""{"AlwaysReturned":{{message.Value.GetRawText()}}},""";
                    if (message.Name == "PleaseReturnThisMessage")
                    {
                        await PauseAsync(distance);
                        await SendAsync($$"""[{{cookie}}{"ReturnedMessage":{{message.Value.GetRawText()}}}]""");
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            await hello;
        }

        async Task SayAsync()
        {
            try
            {
                for (var i = number; ; i++)
                {
                    await SendAsync($$$"""[{{{cookie}}}{"PleaseSendPeers":{}},{{{Sayings[i % Sayings.Length]}}},{"PleaseReturnThisMessage":[{{{i}}}]}]""");
                    await PauseAsync(TimeSpan.FromMilliseconds(300 + 40 * number));
                }
            }
            catch (OperationCanceledException)
            {
                // Enough said.
            }
        }

        async Task PauseAsync(TimeSpan time)
        {
            using var timer = new PeriodicTimer(time);
            await timer.WaitForNextTickAsync(_stop.Token);
        }

        async Task SendAsync(string text) => await socket.SendAsync(Encoding.UTF8.GetBytes(text), _stop.Token);
    }
}
