using System.Diagnostics;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>Where a process runs.</summary>
/// <param name="Host">Its address.</param>
/// <param name="Prefix">What to put before its command.</param>
/// <param name="Connect">How to connect to its API; null: as usual.</param>
internal sealed record Place(
    string Host, string[] Prefix, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? Connect = null)
{
    /// <summary>On loopback.</summary>
    public static Place Loopback { get; } = new("127.0.0.1", []);

    /// <summary>The same command, there.</summary>
    public ProcessStartInfo Wrap(ProcessStartInfo command)
    {
        if (Prefix.Length == 0)
            return command;
        foreach (var word in (string[])[command.FileName, .. Prefix.Skip(1).Reverse()])
            command.ArgumentList.Insert(0, word);
        command.FileName = Prefix[0];
        return command;
    }

    /// <summary>Talks to an API there.</summary>
    public HttpClient NewHttpClient(string address, string token)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, ConnectCallback = Connect };
        return new HttpClient(handler)
        {
            BaseAddress = new Uri("http://" + address),
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", token) },
        };
    }
}
