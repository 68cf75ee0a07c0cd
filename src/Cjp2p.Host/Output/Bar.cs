namespace Cjp2p.Host.Output;

/// <summary>A progress bar as text.</summary>
internal static class Bar
{
    /// <summary><paramref name="width"/> characters, the first part of them full: the part that <paramref name="done"/> is of 1.</summary>
    public static (string Full, string Empty) Draw(double done, int width, bool unicode)
    {
        var full = (int)Math.Floor(Math.Clamp(done, 0, 1) * width);
        return (new string(unicode ? '━' : '#', full), new string(unicode ? '─' : '-', width - full));
    }
}
