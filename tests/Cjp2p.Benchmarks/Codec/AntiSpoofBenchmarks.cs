using BenchmarkDotNet.Attributes;
using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Benchmarks.Codec;

/// <summary>Cookies and pings: once in each datagram that carries one.</summary>
public class AntiSpoofBenchmarks
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Now = Period * 1.5;
    private readonly CookieIssuer _cookies = new(new byte[CookieIssuer.SecretBytes], Period);
    private readonly PingIssuer _pings = new(new byte[CookieIssuer.SecretBytes]);
    private readonly PeerAddress _peer = SampleDatagrams.Addresses[0];
    private readonly byte[] _current = new byte[CookieIssuer.CookieBytes];
    private readonly byte[] _previous = new byte[CookieIssuer.CookieBytes];
    private readonly byte[] _forged = new byte[CookieIssuer.CookieBytes];
    private readonly byte[] _ping = new byte[PingIssuer.PayloadBytes];
    private readonly byte[] _scratch = new byte[PingIssuer.PayloadBytes];
    private byte[] _pingText = [];

    /// <summary>Makes cookies and a ping.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _cookies.Write(_peer, Now, _current);
        _cookies.Write(_peer, Now - Period, _previous);
        SampleDatagrams.CookieText.CopyTo(_forged);
        var bytes = _pings.Write(_peer, Now, _ping);
        if (!WireDecode.TryGetCookieText(_ping.AsSpan(0, bytes), out var text))
            throw new InvalidOperationException("A ping holds no text.");
        _pingText = text.ToArray();
        if (CheckCurrentCookie() != CookieCheck.Current || CheckPreviousCookie() != CookieCheck.Previous
            || CheckForgedCookie() != CookieCheck.Invalid || !ReadPing())
            throw new InvalidOperationException("Cookies or pings are not what they should be.");
    }

    /// <summary>A cookie for somebody.</summary>
    [Benchmark]
    public void WriteCookie() => _cookies.Write(_peer, Now, _scratch);

    /// <summary>The one that everybody returns.</summary>
    [Benchmark]
    public CookieCheck CheckCurrentCookie() => _cookies.Check(_peer, _current, Now);

    /// <summary>The one of the period before.</summary>
    [Benchmark]
    public CookieCheck CheckPreviousCookie() => _cookies.Check(_peer, _previous, Now);

    /// <summary>One that we never gave.</summary>
    [Benchmark]
    public CookieCheck CheckForgedCookie() => _cookies.Check(_peer, _forged, Now);

    /// <summary>A ping for somebody.</summary>
    [Benchmark]
    public int WritePing() => _pings.Write(_peer, Now, _scratch);

    /// <summary>A ping that came back.</summary>
    [Benchmark]
    public bool ReadPing() => _pings.TryRead(_peer, _pingText, Now, out _);
}
