using System.Diagnostics;
using System.Globalization;
using Cjp2p.Actors.Simulation;
using Cjp2p.Actors.Simulation.Scenarios;

namespace Cjp2p.Host.Simulation;

/// <summary>
/// The same run in another process. Two runs in one process would not do: an order that depends on the hash of a string is
/// the same all through a process, and another in the next.
/// </summary>
internal sealed class SecondRun : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;

    private SecondRun(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Starts it.</summary>
    public static SecondRun Start(SimulateRequest request)
    {
        var start = OwnProgram.Again();
        start.RedirectStandardOutput = true;
        start.ArgumentList.Add("simulate");
        foreach (var option in request.Options(request.Seed))
            start.ArgumentList.Add(option);
        start.ArgumentList.Add("--json");
        start.ArgumentList.Add("--checkpoints");
        return new SecondRun(Process.Start(start)!);
    }

    /// <summary>The checkpoints as the second process prints them.</summary>
    public static IEnumerable<string> Lines(ScenarioResult result) => result.Checkpoints
        .Append(new TraceCheckpoint(result.Delivered, result.Steps, result.VirtualTime, ulong.Parse(result.TraceHash, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))
        .Select(checkpoint => string.Create(
            CultureInfo.InvariantCulture, $"{checkpoint.Delivery} {checkpoint.Step} {checkpoint.At.Ticks} {checkpoint.Hash:x16}"));

    /// <summary>Waits for its end. Null: both did the same; else one line about where they part.</summary>
    public string? Difference(ScenarioResult result)
    {
        var lines = _output.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _process.WaitForExit();
        var theirs = lines.Where(line => !line.StartsWith('{')).ToArray();
        if (theirs.Length == 0)
            return $"the second process ended with {_process.ExitCode} and no trace";
        var same = "the beginning";
        foreach (var (ours, other) in Lines(result).Zip(theirs))
        {
            var step = ours.Split(' ')[1];
            if (ours != other)
                return $"the second process did something else between {same} and step {step}";
            same = $"step {step}";
        }

        return null;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
