namespace Cjp2p.Actors.Node;

/// <summary>The settings that a running node takes over when they change; all others count from its next start on.</summary>
public static class LiveSettings
{
    private static readonly string[] Keys =
    [
        "cjp2p.limits.", "cjp2p.hooks.", "cjp2p.log.level", "cjp2p.ingress.source-per-second", "cjp2p.ingress.source-burst", "cjp2p.ingress.strangers-per-second",
        "cjp2p.ingress.strangers-burst", "cjp2p.peers.bootstrap", "cjp2p.peers.blocked", "cjp2p.content.shared",
        "cjp2p.downloads.quota", "cjp2p.downloads.free-floor", "cjp2p.downloads.running-max", "cjp2p.downloads.ban-for",
    ];

    /// <summary>Whether a running node takes over a changed value of this key.</summary>
    /// <param name="key">Full key, such as <c>cjp2p.limits.upload</c>.</param>
    public static bool Contain(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Keys.Any(live => live.EndsWith('.') ? key.StartsWith(live, StringComparison.Ordinal) : key == live);
    }

    /// <summary>The settings of a running node with what it takes over of new ones.</summary>
    internal static NodeSettings Merge(NodeSettings running, NodeSettings read) => running with
    {
        Limits = read.Limits,
        Hooks = read.Hooks,
        Ingress = read.Ingress with { SourcesMax = running.Ingress.SourcesMax },
        Peers = running.Peers with { Bootstrap = read.Peers.Bootstrap, Blocked = read.Peers.Blocked },
        Content = running.Content with { Shared = read.Content.Shared },
        Downloads = running.Downloads with
        {
            RunningMax = read.Downloads.RunningMax,
            BanFor = read.Downloads.BanFor,
            QuotaBytes = read.Downloads.QuotaBytes,
            FreeFloorBytes = read.Downloads.FreeFloorBytes,
        },
    };
}
