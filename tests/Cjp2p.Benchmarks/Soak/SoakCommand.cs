using System.CommandLine;

namespace Cjp2p.Benchmarks.Soak;

/// <summary><c>soak</c>: transfers, restarts and attacks at once, for as long as one likes, with real processes on loopback.</summary>
internal static class SoakCommand
{
    internal static Command Create()
    {
        var program = new Option<string>("--program") { Description = "Path of cjp2p.dll, or of the executable.", Required = true };
        var minutes = new Option<double>("--minutes") { Description = "How long.", DefaultValueFactory = _ => 60 };
        var rate = new Option<int>("--rate") { Description = "Hostile datagrams a second, all together.", DefaultValueFactory = _ => 1000 };
        var folder = new Option<string>("--folder") { Description = "Where the files are.", DefaultValueFactory = _ => Path.GetTempPath() };
        var command = new Command("soak", "Transfers, restarts and attacks at once; ends with a verdict on memory and tables.")
        {
            program, minutes, rate, folder,
        };
        command.SetAction((parsed, cancel) => new SoakRun(
            parsed.GetValue(program)!,
            parsed.GetValue(folder)!,
            parsed.GetValue(minutes),
            parsed.GetValue(rate)).RunAsync(cancel));
        return command;
    }
}
