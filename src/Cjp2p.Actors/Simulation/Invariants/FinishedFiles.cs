using System.Security.Cryptography;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation.Invariants;

/// <summary>
/// A file whose name is a content id holds that content, on every disk: nothing unverified ever gets its final name, and
/// no crash leaves half of one there. Unfinished files, below the node's own folder, are not meant.
/// </summary>
public sealed class FinishedFiles : SimInvariant
{
    private readonly string _dataFolder;
    private readonly Dictionary<int, long> _seen = [];
    private readonly Dictionary<SimFile, (long Length, long ChangedTicks)> _checked = [];

    /// <summary>Makes one.</summary>
    /// <param name="dataFolder">Where nodes keep what is unfinished.</param>
    public FinishedFiles(string dataFolder = "/data") => _dataFolder = dataFolder + "/";

    /// <inheritdoc/>
    public override string Name => "finished files";

    /// <summary>Files looked at and found right: zero says that this was not tested.</summary>
    public long FilesFoundRight { get; private set; }

    /// <inheritdoc/>
    public override string? Check(SimWorld world)
    {
        ArgumentNullException.ThrowIfNull(world);
        foreach (var machine in world.Machines)
        {
            var changes = machine.Disk.Changes + machine.Disk.Generation;
            if (_seen.GetValueOrDefault(machine.Number, -1) == changes)
                continue;
            _seen[machine.Number] = changes;
            if (CheckDisk(machine) is { } what)
                return what;
        }

        return null;
    }

    /// <inheritdoc/>
    public override string? CheckAtEnd(SimWorld world) => Check(world);

    private string? CheckDisk(SimMachine machine)
    {
        foreach (var (path, file) in machine.Disk.Files)
        {
            if (path.StartsWith(_dataFolder, StringComparison.Ordinal)
                || !ContentId.TryParse(path[(path.LastIndexOf('/') + 1)..], out var id) || !id.IsSha256)
                continue;
            if (_checked.TryGetValue(file, out var before) && before == (file.Length, file.ChangedTicks))
                continue;
            var bytes = new byte[file.Length];
            file.Read(0, bytes);
            var actual = Sha256Digest.FromBytes(SHA256.HashData(bytes));
            if (actual != id.Sha256)
                return $"{machine.Name}:{path} holds {bytes.Length} bytes with the hash {actual}";
            _checked[file] = (file.Length, file.ChangedTicks);
            FilesFoundRight++;
        }

        return null;
    }
}
