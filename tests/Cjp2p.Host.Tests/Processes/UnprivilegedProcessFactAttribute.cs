using System.Diagnostics;

namespace Cjp2p.Host.Tests.Processes;

/// <summary>A test of what the program may not do: root, who may do everything, runs it as somebody else.</summary>
public sealed class UnprivilegedProcessFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(Probe);

    public UnprivilegedProcessFactAttribute() => Skip = Reason.Value;

    private static string? Probe()
    {
        if (OperatingSystem.IsWindows())
            return "Windows has no such modes";
        if (!Environment.IsPrivilegedProcess)
            return null;
        try
        {
            using var probe = Process.Start(
                Cjp2pProcess.AsNobody[0], [.. Cjp2pProcess.AsNobody.Skip(1), "test", "-r", Path.Combine(AppContext.BaseDirectory, "cjp2p.dll")]);
            probe.WaitForExit();
            return probe.ExitCode == 0 ? null : "root cannot become somebody else here, or nobody else can read the program";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "root needs setpriv to become somebody else";
        }
    }
}
