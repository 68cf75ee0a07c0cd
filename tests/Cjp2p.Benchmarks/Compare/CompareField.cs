namespace Cjp2p.Benchmarks.Compare;

/// <summary>Who is compared.</summary>
internal sealed class CompareField
{
    /// <summary>A fresh <c>cjp2p get</c>.</summary>
    public Contender Get { get; } = new("cjp2p get");

    /// <summary>The first download of a fresh <c>cjp2p run</c>.</summary>
    public Contender RunFirst { get; } = new("cjp2p run, its first download");

    /// <summary>The next one of the same.</summary>
    public Contender RunNext { get; } = new("cjp2p run, the next one");

    /// <summary>curl from nginx.</summary>
    public Contender Curl { get; } = new("curl from nginx (TCP, no verification)");

    /// <summary>libtorrent.</summary>
    public Contender Libtorrent { get; } = new("libtorrent (TCP, high-performance preset)");

    /// <summary>iperf3.</summary>
    public Contender Iperf { get; } = new("iperf3 -u -l 4096, what arrived");

    /// <summary>Datagrams as long as Content, without a protocol.</summary>
    public Contender Plain { get; } = new("plain loop of datagrams for 4,096 bytes");

    /// <summary>Datagrams as long as the largest Content, without a protocol.</summary>
    public Contender PlainLarge { get; } = new("plain loop of datagrams for 40,960 bytes, as a transfer asks for");

    /// <summary>What no program of this protocol can leave out.</summary>
    public Contender Necessary { get; } = new("base64, datagrams of 40,960 bytes, SHA-256 and writing alone, evenly on all processors");

    /// <summary>All that ran.</summary>
    public IEnumerable<Contender> All =>
        ((Contender[])[Get, RunFirst, RunNext, Curl, Libtorrent, Iperf, Plain, PlainLarge, Necessary]).Where(contender => contender.Runs.Count > 0);
}
