using Akka.Actor;

namespace Cjp2p.Actors.Content;

/// <summary>What a <see cref="DownloadActor"/> knows of a span that is being fetched.</summary>
/// <param name="actor">The <see cref="ChunkRequestActor"/>.</param>
/// <param name="generation">Which try of that span.</param>
/// <param name="chunkBytes">Bytes of a chunk.</param>
internal sealed class ActiveSpan(IActorRef actor, int generation, int chunkBytes)
{
    public int ChunkBytes { get; set; } = chunkBytes;

    public IActorRef Actor { get; } = actor;

    public int Generation { get; } = generation;

    /// <summary>Chunks that are neither here nor asked for, as far as is known.</summary>
    public int Unrequested { get; set; }

    public TimeSpan ProgressAt { get; set; }

    /// <summary>What is asked again, to be compared; null: the span is fetched.</summary>
    public AuditTask? Audit { get; init; }

    /// <summary>The one source that is asked for <see cref="Audit"/>.</summary>
    public int Auditor { get; init; } = -1;

    /// <summary>The source whose loss of single packets is measured with it; -1: none.</summary>
    public int Trial { get; set; } = -1;

    /// <summary>Chunks asked for by number of the source.</summary>
    public Dictionary<int, int> Outstanding { get; } = [];

    /// <summary>Sources that were asked for what others were slow with, since the last chunk came.</summary>
    public HashSet<int> RacedBy { get; } = [];
}
