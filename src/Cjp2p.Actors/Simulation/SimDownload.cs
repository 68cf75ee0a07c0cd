using Akka.Actor;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation;

/// <summary>
/// A download of a simulated node, as whoever started it sees it. No actor: what the node tells is kept at once, and costs
/// no turn.
/// </summary>
public sealed class SimDownload : MinimalActorRef
{
    private readonly SimWorld _world;
    private readonly IActorRef? _life;

    internal SimDownload(SimWorld world, SimNode node, ContentId id, string targetPath, int number)
    {
        _world = world;
        Node = node;
        Id = id;
        TargetPath = targetPath;
        Path = world.System.DeadLetters.Path.Root / "simulation-downloads" / $"{node.Machine.Name}-{number}";
        StartedAt = ProgressAt = world.Now;
        _life = node.Machine.Actor;
    }

    /// <inheritdoc/>
    public override ActorPath Path { get; }

    /// <inheritdoc/>
    public override IActorRefProvider Provider => ((ExtendedActorSystem)_world.System).Provider;

    /// <summary>The node that fetches.</summary>
    public SimNode Node { get; }

    /// <summary>What it fetches.</summary>
    public ContentId Id { get; }

    /// <summary>Where the content appears when it is verified.</summary>
    public string TargetPath { get; }

    /// <summary>When it was started.</summary>
    public TimeSpan StartedAt { get; }

    /// <summary>When it ended; null: it has not.</summary>
    public TimeSpan? EndedAt { get; private set; }

    /// <summary>The content is verified and in place.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Why it ended without the content; null: it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>What the node last told of it, or null.</summary>
    public DownloadProtocol.Progress? Progress { get; private set; }

    /// <summary>When bytes were last gained or lost, or the reason why there are none changed.</summary>
    public TimeSpan ProgressAt { get; private set; }

    /// <summary>The node that was asked runs still: a download does not survive its node's process.</summary>
    internal bool IsOfThisLife => _life != null && ReferenceEquals(Node.Machine.Actor, _life);

    /// <summary>Bytes of content that arrived for it, waste included; known in the end.</summary>
    public long FetchedBytes { get; private set; }

    /// <inheritdoc/>
    protected override void TellInternal(object message, IActorRef sender)
    {
        switch (message)
        {
            case DownloadProtocol.Progress progress:
                if (Progress is not { } last || last.DoneBytes != progress.DoneBytes || last.Why != progress.Why
                    || last.Phase != progress.Phase)
                    ProgressAt = _world.Now;
                Progress = progress;
                break;
            case DownloadProtocol.Finished finished:
                IsFinished = true;
                EndedAt = _world.Now;
                FetchedBytes = finished.FetchedBytes;
                break;
            case DownloadProtocol.Failed failed:
                Failure = failed.Reason;
                EndedAt = _world.Now;
                break;
        }
    }
}
