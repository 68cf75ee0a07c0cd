using System.Collections.Immutable;
using System.Globalization;
using Cjp2p.Actors.Content;

namespace Cjp2p.Actors.Node;

/// <summary>
/// Settings that can be changed one by one while the node runs, and stay so across restarts, until the configuration is read
/// again. Pure.
/// </summary>
public static class RuntimeSettings
{
    private const long BytesMax = 1L << 50;
    private const string QuietHoursKey = "cjp2p.limits.quiet-hours";

    /// <summary>Their keys.</summary>
    public static ImmutableArray<string> Keys { get; } =
    [
        "cjp2p.limits.upload", "cjp2p.limits.download", "cjp2p.limits.peer-upload",
        QuietHoursKey, "cjp2p.limits.quiet-upload", "cjp2p.limits.quiet-download",
        "cjp2p.ingress.source-per-second", "cjp2p.ingress.source-burst", "cjp2p.ingress.strangers-per-second", "cjp2p.ingress.strangers-burst",
    ];

    /// <summary>The settings with one of them changed; false: it is none of these, or the value is impossible.</summary>
    /// <param name="settings">As they are.</param>
    /// <param name="key">Full key.</param>
    /// <param name="value">
    /// A whole number: bytes a second for limits, datagrams (a second) for ingress. For quiet hours <c>22:00-06:00</c>, or empty for none.
    /// </param>
    /// <param name="changed">As they are then.</param>
    public static bool TryChange(NodeSettings settings, string key, string value, out NodeSettings changed)
    {
        ArgumentNullException.ThrowIfNull(settings);
        changed = settings;
        if (key == QuietHoursKey)
        {
            var hours = default(QuietHours);
            if (value is null || (value.Length > 0 && !QuietHours.TryParse(value, out hours)))
                return false;
            changed = settings with { Limits = settings.Limits with { Quiet = hours } };
            return true;
        }

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
            case "limits.quiet-upload":
                limits = limits with { QuietUpload = number };
                break;
            case "limits.quiet-download":
                limits = limits with { QuietDownload = number };
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

    /// <summary>What one of them is now, as <see cref="TryChange"/> takes it.</summary>
    /// <param name="settings">As they are.</param>
    /// <param name="key">One of <see cref="Keys"/>.</param>
    public static string ValueOf(NodeSettings settings, string key)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return key switch
        {
            QuietHoursKey => settings.Limits.Quiet?.ToString() ?? "",
            "cjp2p.limits.upload" => Text(settings.Limits.Upload),
            "cjp2p.limits.download" => Text(settings.Limits.Download),
            "cjp2p.limits.peer-upload" => Text(settings.Limits.PeerUpload),
            "cjp2p.limits.quiet-upload" => Text(settings.Limits.QuietUpload),
            "cjp2p.limits.quiet-download" => Text(settings.Limits.QuietDownload),
            "cjp2p.ingress.source-per-second" => Text((long)settings.Ingress.SourcePerSecond),
            "cjp2p.ingress.source-burst" => Text((long)settings.Ingress.SourceBurst),
            "cjp2p.ingress.strangers-per-second" => Text((long)settings.Ingress.StrangersPerSecond),
            "cjp2p.ingress.strangers-burst" => Text((long)settings.Ingress.StrangersBurst),
            _ => throw new ArgumentOutOfRangeException(nameof(key), key, "no setting that can be changed one by one"),
        };

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    private static bool IsRate(string key) => key.StartsWith("cjp2p.limits.", StringComparison.Ordinal);
}
