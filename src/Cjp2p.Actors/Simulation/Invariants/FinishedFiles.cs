using System.Security.Cryptography;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation.Invariants;

/// <summary>
/// A file whose name is a content id holds that content, on every disk: nothing unverified ever gets its final name, and
/// no crash leaves half of one there. Unfinished files, below the node's own folder, are not meant.
/// </summary>
public sealed class FinishedFiles : SimInvariant
{
    private readonly byte[] _read = new byte[64 * 1024];
    private readonly Func<SimMachine, string, Sha256Digest?> _holds;
    private readonly Dictionary<int, long> _seen = [];
    private readonly Dictionary<SimFile, (long Length, long ChangedTicks)> _checked = [];

    /// <summary>Makes one.</summary>
    /// <param name="dataFolder">Where nodes keep what is unfinished.</param>
    public FinishedFiles(string dataFolder = "/data") : this((_, path) => ByName(path, dataFolder + "/"))
    {
    }

    /// <summary>Makes one for files of other names.</summary>
    /// <param name="holds">What the file of this path on this machine has to hold; null: anything.</param>
    internal FinishedFiles(Func<SimMachine, string, Sha256Digest?> holds) => _holds = holds;

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
            if (_holds(machine, path) is not { } expected)
                continue;
            if (_checked.TryGetValue(file, out var before) && before == (file.Length, file.ChangedTicks))
                continue;
            var actual = Hash(file);
            if (actual != expected)
                return $"{machine.Name}:{path} holds {file.Length} bytes with the hash {actual}";
            _checked[file] = (file.Length, file.ChangedTicks);
            FilesFoundRight++;
        }

        return null;
    }

    private Sha256Digest Hash(SimFile file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var at = 0L; at < file.Length; at += _read.Length)
            hash.AppendData(_read.AsSpan(0, file.Read(at, _read)));
        return Sha256Digest.FromBytes(hash.GetHashAndReset());
    }

    private static Sha256Digest? ByName(string path, string dataFolder) =>
        !path.StartsWith(dataFolder, StringComparison.Ordinal)
        && ContentId.TryParse(path[(path.LastIndexOf('/') + 1)..], out var id) && id.IsSha256
            ? id.Sha256
            : null;
}
