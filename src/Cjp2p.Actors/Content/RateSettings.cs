using System.Globalization;

namespace Cjp2p.Actors.Content;

/// <summary>How fast content may go out and come in: <c>cjp2p.limits</c>. Bytes a second; 0: no limit.</summary>
/// <param name="Upload">To all peers together.</param>
/// <param name="Download">All downloads together.</param>
/// <param name="PeerUpload">To one peer.</param>
/// <param name="Quiet">Hours in which the next two count instead of the first two; null: none.</param>
/// <param name="QuietUpload">To all peers together, in these hours.</param>
/// <param name="QuietDownload">All downloads together, in these hours.</param>
public sealed record RateSettings(
    long Upload, long Download, long PeerUpload, QuietHours? Quiet, long QuietUpload, long QuietDownload)
{
    /// <summary>What may be sent at a time of day.</summary>
    public long UploadAt(DateTimeOffset now) => Quiet is { } quiet && quiet.Contains(now) ? QuietUpload : Upload;

    /// <summary>What may be asked for at a time of day.</summary>
    public long DownloadAt(DateTimeOffset now) => Quiet is { } quiet && quiet.Contains(now) ? QuietDownload : Download;
}

/// <summary>Hours of the day, UTC; over midnight when they end before they begin.</summary>
/// <param name="From">First moment.</param>
/// <param name="To">First moment after.</param>
public sealed record QuietHours(TimeOnly From, TimeOnly To)
{
    /// <summary>Reads <c>22:00-06:00</c>.</summary>
    public static bool TryParse(string text, out QuietHours? hours)
    {
        ArgumentNullException.ThrowIfNull(text);
        hours = null;
        var parts = text.Split('-');
        if (parts.Length != 2 || !TryRead(parts[0], out var from) || !TryRead(parts[1], out var to) || from == to)
            return false;
        hours = new QuietHours(from, to);
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads them.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{From:HH:mm}-{To:HH:mm}");

    /// <summary>Whether a moment is in them.</summary>
    public bool Contains(DateTimeOffset moment) =>
        TimeOnly.FromTimeSpan(moment.UtcDateTime.TimeOfDay).IsBetween(From, To);

    private static bool TryRead(string text, out TimeOnly time) =>
        TimeOnly.TryParseExact(text.Trim(), "H:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}
