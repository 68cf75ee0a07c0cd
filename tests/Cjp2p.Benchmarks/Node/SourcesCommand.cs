using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cjp2p.Benchmarks.Transfer;

namespace Cjp2p.Benchmarks.Node;

/// <summary>
/// <c>sources</c>: four sources to one fetcher beside one, on the machine's speed; and, at limited speeds, three sources
/// beside three and one that is ten times slower.
/// </summary>
internal static class SourcesCommand
{
    private const int MiB = 1024 * 1024;
    private const int LimitBytes = 20 * MiB;
    private const int SlowBytes = LimitBytes / 10;
    private const long LimitedFileBytes = 128L * MiB;

    public static Command Create() => RoundsCommand.Create(
        "sources", "Measures one source beside four, and what a slow source costs.", 900, MeasureAsync);

    private static async Task MeasureAsync(FigureTable table, string program, string folder, int rounds, CancellationToken cancel)
    {
        await FourAsync(table, program, folder, rounds, cancel);
        await SlowAsync(table, program, folder, rounds, cancel);
    }

    private static async Task FourAsync(FigureTable table, string program, string folder, int rounds, CancellationToken cancel)
    {
        using var file = TestFile.Create(folder, 256L * MiB);
        await using var sources = await SourceGroup.StartAsync(program, file, [0, 0, 0, 0], cancel);
        var one = new List<double>();
        var four = new List<double>();
        for (var i = 0; i < rounds; i++)
        {
            one.Add(await sources.GetAsync(1, cancel));
            four.Add(await sources.GetAsync(4, cancel));
        }

        table.Add("256 MiB from one source, MB/s from the start of the process", Statistics.Of(one), "0");
        table.Add("256 MiB from four sources, MB/s from the start of the process", Statistics.Of(four), "0");
        table.Add("four sources : one", Statistics.Of(four.Zip(one, (a, b) => a / b)), "0.00", "at least 1", value => value >= 1);
    }

    // At limited speeds, so that the processor limits nobody: then three sources give what they are allowed to, and the slow one
    // is really slow.
    private static async Task SlowAsync(FigureTable table, string program, string folder, int rounds, CancellationToken cancel)
    {
        using var file = TestFile.Create(folder, LimitedFileBytes);
        await using var sources = await SourceGroup.StartAsync(program, file, [LimitBytes, LimitBytes, LimitBytes, SlowBytes], cancel);
        var three = new List<double>();
        var withSlow = new List<double>();
        for (var i = 0; i < rounds; i++)
        {
            three.Add(await sources.GetAsync(3, cancel));
            withSlow.Add(await sources.GetAsync(4, cancel));
        }

        table.Add("128 MiB from three sources limited to 20 MiB/s, MB/s", Statistics.Of(three), "0.0");
        table.Add("128 MiB from the same and one of 2 MiB/s, MB/s", Statistics.Of(withSlow), "0.0");
        table.Add(
            "with the slow source : without", Statistics.Of(withSlow.Zip(three, (a, b) => a / b)), "0.00", "at least 0.95", value => value >= 0.95);
    }
}

/// <summary>Several <c>cjp2p share</c> of one file.</summary>
internal sealed class SourceGroup : IAsyncDisposable
{
    private readonly List<(Process Source, string Address)> _sources = [];
    private readonly string _program;
    private readonly TestFile _file;

    private SourceGroup(string program, TestFile file)
    {
        _program = program;
        _file = file;
    }

    /// <summary>Starts them.</summary>
    /// <param name="program">Path of the executable.</param>
    /// <param name="file">What is shared.</param>
    /// <param name="uploadBytes">The limit of each in bytes a second; 0: none.</param>
    /// <param name="cancel">Ends waiting.</param>
    public static async Task<SourceGroup> StartAsync(string program, TestFile file, int[] uploadBytes, CancellationToken cancel)
    {
        var group = new SourceGroup(program, file);
        try
        {
            foreach (var limit in uploadBytes)
            {
                group._sources.Add(await ProgramPair.StartSourceAsync(
                    program, file, ["--set", "limits.upload=" + limit.ToString(CultureInfo.InvariantCulture)], cancel));
            }

            return group;
        }
        catch
        {
            await group.DisposeAsync();
            throw;
        }
    }

    /// <summary>A fresh process fetches from the first <paramref name="count"/>; MB/s from its start.</summary>
    public async Task<double> GetAsync(int count, CancellationToken cancel)
    {
        var target = _file.NextTarget();
        var fetched = await MeasuredProcess.RunAsync(
            ProgramPair.Command(
                _program,
                [
                    "get", _file.Sha256, "--own-node", "--output", target, "--json",
                    .. _sources.Take(count).SelectMany(source => (string[])["--peer", source.Address]),
                ]),
            cancel);
        _file.CheckAndRemove(target);
        return _file.LengthBytes / 1e6 / fetched.Wall.TotalSeconds;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var (source, _) in _sources)
            await MeasuredProcess.EndAsync(source);
    }
}
