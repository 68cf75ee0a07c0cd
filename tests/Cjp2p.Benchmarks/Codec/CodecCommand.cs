using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using BenchmarkDotNet.Validators;
using Perfolizer.Horology;

namespace Cjp2p.Benchmarks.Codec;

/// <summary><c>codec</c>: time and memory of each step that is taken once for a message.</summary>
internal static class CodecCommand
{
    public static Command Create()
    {
        var filter = new Argument<string>("filter")
        {
            Description = "Which benchmarks, with wildcards, such as '*Reader*'.",
            DefaultValueFactory = _ => "*",
        };
        var quick = new Option<bool>("--quick")
        {
            Description = "Short runs: a minute or two for all, good for the order of magnitude and for bytes allocated.",
        };
        var command = new Command("codec", "Measures nanoseconds and bytes allocated for each message.") { filter, quick };
        command.SetAction(parsed => Run(parsed.GetValue(filter)!, parsed.GetValue(quick)));
        return command;
    }

    private static int Run(string filter, bool quick)
    {
        // In this process: nothing has to be built for it, and the settings of this project hold.
        var job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance);
        if (quick)
        {
            // Warm for half a second: optimised code comes 100 ms after the last new method was met, or later.
            job = job.WithId("Quick").WithWarmupCount(10).WithIterationCount(5)
                .WithIterationTime(TimeInterval.FromMilliseconds(50));
        }

        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Default)
            .AddExporter(MarkdownExporter.GitHub)
            .AddValidator(JitOptimizationsValidator.FailOnError, ExecutionValidator.FailOnError)
            .WithSummaryStyle(SummaryStyle.Default.WithTimeUnit(TimeUnit.Nanosecond))
            .WithOptions(ConfigOptions.DisableLogFile);
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(CodecCommand).Assembly)
            .Run(["--filter", filter], config).ToArray();
        var succeeded = summaries.Length > 0
            && summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success));
        return succeeded ? 0 : 1;
    }
}
