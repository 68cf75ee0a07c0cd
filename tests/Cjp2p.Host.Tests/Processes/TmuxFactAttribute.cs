namespace Cjp2p.Host.Tests.Processes;

/// <summary>A test that needs a terminal, which tmux gives it; skipped where tmux is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TmuxFactAttribute : FactAttribute
{
    public TmuxFactAttribute()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "tmux"))))
            Skip = "tmux is not installed: apt-get install tmux";
    }
}
