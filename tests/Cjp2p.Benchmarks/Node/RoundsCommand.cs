using System.CommandLine;
using Cjp2p.Benchmarks.Compare;

namespace Cjp2p.Benchmarks.Node;

/// <summary>The options that all commands have which measure the program in rounds and print one table of figures.</summary>
internal static class RoundsCommand
{
    /// <summary>What such a command does.</summary>
    /// <param name="table">Takes the figures; it has begun.</param>
    /// <param name="program">Path of the program.</param>
    /// <param name="folder">Folder for what is measured.</param>
    /// <param name="rounds">How often each is measured, at least once.</param>
    /// <param name="cancel">Cancelled when it takes too long, or by the user.</param>
    internal delegate Task Measure(FigureTable table, string program, string folder, int rounds, CancellationToken cancel);

    /// <summary>Makes one.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it measures.</param>
    /// <param name="timeoutSeconds">What all of it may take when the user does not say.</param>
    /// <param name="measure">Measures.</param>
    public static Command Create(string name, string description, int timeoutSeconds, Measure measure)
    {
        var rounds = new Option<int>("--runs") { Description = "Rounds.", DefaultValueFactory = _ => 5 };
        var folder = CompareCommand.Folder();
        var program = CompareCommand.Program();
        var timeout = new Option<int>("--timeout") { Description = "Seconds that all may take.", DefaultValueFactory = _ => timeoutSeconds };
        var command = new Command(name, description) { rounds, folder, program, timeout };
        command.SetAction((parsed, cancel) => Guard.RunAsync(
            token =>
            {
                var table = new FigureTable(Console.Out);
                table.Begin();
                return measure(
                    table, OurProgram.Find(parsed.GetValue(program)), parsed.GetValue(folder)!, Math.Max(1, parsed.GetValue(rounds)), token);
            },
            TimeSpan.FromSeconds(parsed.GetValue(timeout)),
            cancel));
        return command;
    }
}
