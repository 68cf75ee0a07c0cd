using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cjp2p.Benchmarks.Paths;

/// <summary>The kernel's TCP over a path: bytes in memory, nobody writes or verifies anything.</summary>
internal static class TcpFlow
{
    private const int TcpLevel = 6;
    private const int Congestion = 13;
    private const int BufferBytes = 256 * 1024;

    /// <summary>Sends so many bytes from the source to the fetcher, until they are there or it is cancelled; returns how many came.</summary>
    /// <param name="path">The path.</param>
    /// <param name="congestion">The name of the congestion control, as the kernel has it.</param>
    /// <param name="lengthBytes">How many.</param>
    /// <param name="cancel">Ends it; that is no failure.</param>
    public static async Task<long> RunAsync(TestPath path, string congestion, long lengthBytes, CancellationToken cancel)
    {
        using var listener = path.NewSourceSocket();
        listener.SetRawSocketOption(TcpLevel, Congestion, Encoding.ASCII.GetBytes(congestion));
        listener.Listen(1);
        using var fetcher = path.NewFetcherSocket();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var sending = SendAsync(listener, lengthBytes, ended.Token);
        var received = 0L;
        try
        {
            await fetcher.ConnectAsync((IPEndPoint)listener.LocalEndPoint!, cancel);
            var buffer = new byte[BufferBytes];
            while (received < lengthBytes && await fetcher.ReceiveAsync(buffer, cancel) is > 0 and var bytes)
                received += bytes;
        }
        catch (OperationCanceledException)
        {
            // So long and no longer.
        }

        await ended.CancelAsync();
        await sending;
        return received;
    }

    private static async Task SendAsync(Socket listener, long lengthBytes, CancellationToken cancel)
    {
        try
        {
            using var connection = await listener.AcceptAsync(cancel);
            var buffer = new byte[BufferBytes];
            for (var left = lengthBytes; left > 0;)
                left -= await connection.SendAsync(buffer.AsMemory(0, (int)Math.Min(left, BufferBytes)), cancel);
            // Until the other end has it all.
            await connection.ReceiveAsync(buffer, cancel);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The other end has heard enough.
        }
    }
}
