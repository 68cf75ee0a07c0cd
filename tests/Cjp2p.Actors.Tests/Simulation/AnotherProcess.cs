using System.Diagnostics;
using System.Globalization;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>Runs a world of <see cref="Program"/> in a process of its own.</summary>
internal static class AnotherProcess
{
    internal static string Run(string world, params ulong[] numbers)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList = { "exec", typeof(Program).Assembly.Location, world },
        };
        foreach (var number in numbers)
            start.ArgumentList.Add(number.ToString(CultureInfo.InvariantCulture));
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.Trim();
    }
}
