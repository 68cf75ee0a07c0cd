using System.Collections.Immutable;
using System.Globalization;

namespace Cjp2p.Actors.Node;

/// <summary>
/// Settings that can be changed one by one while the node runs, and stay so across restarts, until the configuration is read
/// again. Pure.
/// </summary>
public static class RuntimeSettings
{
    private const long BytesMax = 1L << 50;

    /// <summary>Their keys.</summary>
    public static ImmutableArray<string> Keys { get; } =
    [
        "cjp2p.limits.upload", "cjp2p.limits.download", "cjp2p.limits.peer-upload",
        "cjp2p.ingress.source-per-second", "cjp2p.ingress.source-burst", "cjp2p.ingress.strangers-per-second", "cjp2p.ingress.strangers-burst",
    ];

    /// <summary>The settings with one of them changed; false: it is none of these, or the value is impossible.</summary>
    /// <param name="settings">As they are.</param>
    /// <param name="key">Full key.</param>
    /// <param name="value">A whole number: bytes a second for limits, datagrams (a second) for ingress.</param>
    /// <param name="changed">As they are then.</param>
    public static bool TryChange(NodeSettings settings, string key, string value, out NodeSettings changed)
    {
        ArgumentNullException.ThrowIfNull(settings);
        changed = settings;
        if (!Keys.Contains(key) || !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number > (IsRate(key) ? BytesMax : int.MaxValue) || (number == 0 && !IsRate(key)))
            return false;
        var (limits, ingress) = (settings.Limits, settings.Ingress);
        switch (key["cjp2p.".Length..])
        {
            case "limits.upload":
                limits = limits with { Upload = number };
                break;
            case "limits.download":
                limits = limits with { Download = number };
                break;
            case "limits.peer-upload":
                limits = limits with { PeerUpload = number };
                break;
            case "ingress.source-per-second":
                ingress = ingress with { SourcePerSecond = (int)number };
                break;
            case "ingress.source-burst":
                ingress = ingress with { SourceBurst = (int)number };
                break;
            case "ingress.strangers-per-second":
                ingress = ingress with { StrangersPerSecond = (int)number };
                break;
            case "ingress.strangers-burst":
                ingress = ingress with { StrangersBurst = (int)number };
                break;
        }

        changed = settings with { Limits = limits, Ingress = ingress };
        return true;
    }

    /// <summary>What one of them is now.</summary>
    /// <param name="settings">As they are.</param>
    /// <param name="key">One of <see cref="Keys"/>.</param>
    public static long ValueOf(NodeSettings settings, string key)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return key switch
        {
            "cjp2p.limits.upload" => settings.Limits.Upload,
            "cjp2p.limits.download" => settings.Limits.Download,
            "cjp2p.limits.peer-upload" => settings.Limits.PeerUpload,
            "cjp2p.ingress.source-per-second" => (long)settings.Ingress.SourcePerSecond,
            "cjp2p.ingress.source-burst" => (long)settings.Ingress.SourceBurst,
            "cjp2p.ingress.strangers-per-second" => (long)settings.Ingress.StrangersPerSecond,
            "cjp2p.ingress.strangers-burst" => (long)settings.Ingress.StrangersBurst,
            _ => throw new ArgumentOutOfRangeException(nameof(key), key, "no setting that can be changed one by one"),
        };
    }

    private static bool IsRate(string key) => key.StartsWith("cjp2p.limits.", StringComparison.Ordinal);
}
