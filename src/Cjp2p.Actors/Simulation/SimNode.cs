using System.Globalization;
using Akka.Actor;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// A production node on a machine of its own, and its user: shares, fetches, stops, starts again. Made by
/// <see cref="SimWorld.AddNode"/>.
/// </summary>
public sealed class SimNode
{
    /// <summary>The port on which it listens, unless its settings say another.</summary>
    public const ushort Port = 24254;

    private readonly SimWorld _world;
    private readonly List<SimDownload> _downloads = [];
    private readonly List<string> _shared = [];
    private NodeSettings _settings;
    private int _files;
    private int _asked;

    internal SimNode(SimWorld world, SimMachine machine, NodeSettings settings)
    {
        _world = world;
        _settings = settings;
        Machine = machine;
    }

    /// <summary>Its machine.</summary>
    public SimMachine Machine { get; }

    /// <summary>Where others reach it, if nothing lies between.</summary>
    public PeerAddress Address => Machine.Host.OutsideAddress.WithPort(_settings.Listen[0].Port);

    /// <summary>What its user has asked it to fetch so far, in every life of it, but for what was forgotten.</summary>
    public IReadOnlyList<SimDownload> Downloads => _downloads;

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => Machine.Actor != null;

    /// <summary>Starts the node on what is on its disk, with what was shared before.</summary>
    public SimNode Start()
    {
        Machine.Disk.CreateFolder("/data");
        Machine.Disk.CreateFolder("/got");
        var node = Machine.StartNode(_settings, _world.SpanBuffers);
        foreach (var path in _shared)
            node.Tell(new ContentStoreProtocol.Share(path));
        return this;
    }

    /// <summary>Puts a content on its disk and shares it; virtual time passes until that is done.</summary>
    public SimNode Shares(SimContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        Machine.Disk.CreateFolder("/share");
        var path = string.Create(CultureInfo.InvariantCulture, $"/share/content-{_files++}");
        Machine.Disk.WriteSmall(path, content.Bytes.Span);
        return SharesPath(path);
    }

    /// <summary>Shares what is on its disk already, or will be; virtual time passes until it has been looked through.</summary>
    public SimNode SharesPath(string path)
    {
        var answer = _world.Ask<object>(Running, new ContentStoreProtocol.Share(path));
        if (answer is not ContentStoreProtocol.Indexed)
            throw new InvalidOperationException($"{Machine.Name} does not share {path}: {answer}");
        _shared.Add(path);
        return this;
    }

    /// <summary>Asks the node to fetch a content, at these addresses and those that it knows.</summary>
    public SimDownload Fetches(SimContent content, params IEnumerable<PeerAddress> sources)
    {
        ArgumentNullException.ThrowIfNull(content);
        return Fetches(content.Id, sources);
    }

    /// <summary>Asks the node to fetch a content, at these addresses and those that it knows.</summary>
    public SimDownload Fetches(ContentId id, params IEnumerable<PeerAddress> sources)
    {
        var download = new SimDownload(_world, this, id, $"/got/{id}", _asked++);
        _downloads.Add(download);
        Running.Tell(new DownloadProtocol.StartDownload(id, download.TargetPath, [.. sources]), download);
        return download;
    }

    /// <summary>Its user forgets the downloads that have ended, by themselves or with a life of the node: for worlds that run for months.</summary>
    public void ForgetEnded() => _downloads.RemoveAll(download => download.EndedAt != null || !download.IsOfThisLife);

    /// <summary>What it has under the final name of a download, or null.</summary>
    public byte[]? Got(SimDownload download)
    {
        ArgumentNullException.ThrowIfNull(download);
        return Machine.Disk.TryStat(download.TargetPath, out var stat)
            ? Machine.Disk.ReadSmall(download.TargetPath, (int)stat.LengthBytes)
            : null;
    }

    /// <summary>Asks the node to stop in good order: downloads save where they are. It is gone some steps later.</summary>
    public void Stop() => Running.Tell(NodeProtocol.Stop.Instance, ActorRefs.NoSender);

    /// <summary>Other settings, from the next start on.</summary>
    public void Change(NodeSettings settings) => _settings = settings;

    private IActorRef Running =>
        Machine.Actor ?? throw new InvalidOperationException($"The node on {Machine.Name} does not run.");
}
