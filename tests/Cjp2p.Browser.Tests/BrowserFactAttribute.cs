namespace Cjp2p.Browser.Tests;

/// <summary>A test that needs a browser. Where there is none it is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (!File.Exists(Browser.Path))
            Skip = $"There is no browser: {Browser.Path} is Debian's package chromium (apt-get install chromium); .ci/run installs it where it may.";
    }
}
