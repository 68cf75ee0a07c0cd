namespace Cjp2p.Host.Tests.Processes;

/// <summary>A theory with sizes that take minutes and gigabytes: only with CJP2P_LARGE_TESTS=1 in the environment.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LargeTheoryAttribute : TheoryAttribute
{
    public LargeTheoryAttribute()
    {
        if (Environment.GetEnvironmentVariable("CJP2P_LARGE_TESTS") != "1")
            Skip = "set CJP2P_LARGE_TESTS=1 to run it";
    }
}
