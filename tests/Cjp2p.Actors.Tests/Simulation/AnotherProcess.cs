using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Cjp2p.Actors.Tests.Simulation;

/// <summary>Runs a world of the program that this test assembly is too, in a process of its own, at the same time.</summary>
internal sealed class AnotherProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;

    private AnotherProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
    }

    internal static AnotherProcess Start(string world, params ulong[] numbers)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList = { "exec", Assembly.GetExecutingAssembly().Location, world },
        };
        foreach (var number in numbers)
            start.ArgumentList.Add(number.ToString(CultureInfo.InvariantCulture));
        return new AnotherProcess(Process.Start(start)!);
    }

    /// <summary>Waits for what it says.</summary>
    internal string Output()
    {
        var output = _output.GetAwaiter().GetResult();
        _process.WaitForExit();
        Assert.Equal(0, _process.ExitCode);
        return output.Trim();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
