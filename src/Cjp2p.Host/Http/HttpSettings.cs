using System.Collections.Immutable;
using System.Net;

namespace Cjp2p.Host.Http;

/// <summary>Settings of the HTTP API: <c>cjp2p.http</c> and <c>cjp2p.telemetry</c>. They belong to the program; the library does not read them.</summary>
/// <param name="Listen">Where it listens.</param>
/// <param name="Token">Secret for requests that change something, and for all requests where it listens beyond loopback; empty: a new one each start.</param>
/// <param name="Hosts">Names by which it may be called besides loopback names and IP addresses.</param>
/// <param name="CaptureBytesMax">Longest capture file.</param>
/// <param name="OtlpEndpoint">Where metrics and traces are sent by OTLP; null: nowhere.</param>
internal sealed record HttpSettings(
    IPEndPoint Listen, string Token, ImmutableArray<string> Hosts, long CaptureBytesMax, Uri? OtlpEndpoint)
{
    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(Listen.Address);
}
