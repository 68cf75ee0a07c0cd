using System.Diagnostics;

namespace Cjp2p.Host.Simulation;

/// <summary>This program, to be started once more, however it was started: as a file of its own, or by <c>dotnet</c>.</summary>
internal static class OwnProgram
{
    /// <summary>How to start it; arguments are still to be added.</summary>
    public static ProcessStartInfo Again()
    {
        var program = Environment.ProcessPath ?? throw UserException.Failed("the program does not know where it is itself");
        var start = new ProcessStartInfo(program);
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, $"{typeof(OwnProgram).Assembly.GetName().Name}.dll"));
        }

        return start;
    }
}
