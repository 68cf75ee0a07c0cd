using System.Collections.Immutable;
using System.Security.Cryptography;
using Akka.Actor;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Content;

/// <summary>
/// Fetches one span: asks the sources that its download grants it for chunks, asks again what does not come in time, and
/// when all of it is here checks it (where its hash is known), hands its bytes to the file and stops. Has no children.
/// The download does not restart it: a span whose actor failed is simply fetched again.
/// </summary>
internal sealed class ChunkRequestActor : InspectedActor
{
    // Fetching -> stopped
    private readonly NodeServices _node;
    private readonly ChunkRequestTask _task;
    private readonly ChunkSet _here;
    private SpanState _state;
    private int _chunkBytes;
    private ushort[] _sourceOfChunk;
    private SpanBuffer? _buffer;

    public ChunkRequestActor(NodeServices node, ChunkRequestTask task) : base(node)
    {
        _node = node;
        _task = task;
        _chunkBytes = task.ChunkBytes;
        _here = task.Audit is { } audit
            ? ChunkSet.AllBut(audit.Chunks, SpanGeometry.ChunkCount(task.Length, task.ChunkBytes))
            : default;
        _state = new SpanState(task.Length, task.ChunkBytes, _here);
        _sourceOfChunk = new ushort[_state.ChunkCount];
    }

    public static Props Props(NodeServices node, ChunkRequestTask task) =>
        NodeProps.Inspected((node, task), static of => new ChunkRequestActor(of.node, of.task));

    protected override void PreStart()
    {
        _buffer = new SpanBuffer(
            _task.Buffer, (long)_task.Span * SpanGeometry.SpanBytes, _task.Length, _task.ChunkBytes, Self, _here, _task.Auditor);
        DownloadRoute.SetSpan(_task.Table, _task.Span, _buffer);
    }

    protected override void PostStop()
    {
        if (_buffer is not null)
            DownloadRoute.SetSpan(_task.Table, _task.Span, null);
        if (_buffer?.Close() is { } bytes)
            _node.Buffers.Return(bytes);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ChunkRequestProtocol.ChunksArrived arrived:
                OnArrived(arrived);
                break;
            case ChunkRequestProtocol.Grant grant:
                OnGrant(grant);
                break;
            case ChunkRequestProtocol.CheckDeadlines:
                OnDeadline();
                break;
            case ChunkRequestProtocol.CutSmaller cut:
                CutSmaller(cut.ChunkBytes);
                break;
            case ChunkRequestProtocol.SourceGone gone:
                Report(_state.OnSourceGone(gone.Source), null, 0, 0, 0, false);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private protected override ActorState Inspect()
    {
        var arrived = _state.Arrived;
        var asked = _state.Asked;
        var chunks = Enumerable.Range(0, _state.ChunkCount).ToArray();
        return new SpanFetchState(
            $"{arrived.Count} of {_state.ChunkCount} chunks, {_state.Outstanding} requests",
            _task.Route.Id,
            _task.Span,
            _task.Generation,
            _buffer?.Offset ?? 0,
            _task.Length,
            string.Concat(chunks.Select(chunk => arrived.Contains(chunk) ? '+' : asked.Contains(chunk) ? '?' : '.')),
            _state.Outstanding,
            chunks.Max(_state.Attempts),
            _state.NextDeadline is var next && next < TimeSpan.MaxValue
                ? Math.Round((next - _node.Clock.Now).TotalMilliseconds, 3)
                : null,
            [.. chunks.Where(chunk => arrived.Contains(chunk)).Select(chunk => (int)_sourceOfChunk[chunk]).Distinct().Order()]);
    }

    private void OnGrant(ChunkRequestProtocol.Grant grant)
    {
        var now = _node.Clock.Now;
        Span<ushort> chunks = stackalloc ushort[Math.Min(grant.Chunks, ChunkSet.Capacity)];
        var roundTrip = grant.RoundTrip;
        var count = _state.Plan(
            grant.Source.Number, now, attempt => _node.Settings.Downloads.Retry.Timeout(roundTrip, attempt), grant.Race, chunks);
        if (count > 0)
            Send(grant, chunks[..count]);
        if (count < grant.Chunks)
        {
            Context.Parent.Tell(new DownloadProtocol.GrantUnused(
                _task.Span, _task.Generation, grant.Source, grant.Chunks - count, _state.Unrequested));
        }

        Arm(now);
    }

    private void CutSmaller(int chunkBytes)
    {
        if (_buffer?.Close() is not { } bytes)
            return;
        var cut = _state.CutInto(_task.Length, chunkBytes, _chunkBytes);
        var sources = new ushort[cut.ChunkCount];
        for (var chunk = 0; chunk < sources.Length; chunk++)
            sources[chunk] = _sourceOfChunk[chunk * chunkBytes / _chunkBytes];
        (_state, _sourceOfChunk, _chunkBytes) = (cut, sources, chunkBytes);
        _buffer = new SpanBuffer(bytes, _buffer.Offset, _task.Length, chunkBytes, Self, cut.Arrived);
        DownloadRoute.SetSpan(_task.Table, _task.Span, _buffer);
        Context.Parent.Tell(new DownloadProtocol.SpanProgress(
            _task.Span, _task.Generation, new SpanOutcome(), null, 0, 0, 0, false, _state.Unrequested));
    }

    private void Send(ChunkRequestProtocol.Grant grant, ReadOnlySpan<ushort> chunks)
    {
        var to = grant.Source.Address;
        using var batch = _node.Transports.RentFor(to);
        // Without a way out the requests count as lost when their time has come.
        if (batch is null)
            return;
        var most = Math.Min(1400, _node.Settings.Wire.DatagramBytesMax);
        for (var i = 0; i < chunks.Length;)
        {
            var writer = new DatagramWriter(batch.Reserve(most)[..most]);
            ReplyHead.Write(ref writer, _node, to, grant.GiveCookie, default);
            var packed = 0;
            while (i < chunks.Length && packed < grant.RequestsPerDatagram)
            {
                var run = RunLength(chunks[i..], grant.ChunksPerRequest);
                if (!TryAdd(ref writer, chunks[i], run))
                    break;
                i += run;
                packed++;
            }

            if (packed == 0)
                return;
            batch.Commit(to, writer.Finish());
        }
    }

    private static int RunLength(ReadOnlySpan<ushort> chunks, int most)
    {
        var run = 1;
        while (run < chunks.Length && run < most && chunks[run] == chunks[0] + run)
            run++;
        return run;
    }

    private bool TryAdd(ref DatagramWriter writer, int chunk, int run) => writer.TryWritePleaseSendContent(
        _task.Route.Id,
        Math.Min(run * _chunkBytes, _task.Length - chunk * _chunkBytes),
        _buffer!.Offset + (long)chunk * _chunkBytes);

    private void OnArrived(ChunkRequestProtocol.ChunksArrived arrived)
    {
        // It was on its way when the span was cut smaller.
        if (arrived.ChunkBytes != _chunkBytes)
        {
            arrived = arrived with
            {
                Chunks = SpanState.Covered(arrived.Chunks, _task.Length, _chunkBytes, arrived.ChunkBytes),
                Useless = default,
                ChunkBytes = _chunkBytes,
            };
        }

        for (var chunk = arrived.Chunks.NextAt(0); chunk >= 0; chunk = arrived.Chunks.NextAt(chunk + 1))
            _sourceOfChunk[chunk] = (ushort)arrived.Source.Number;
        var useless = arrived.Useless.Count;
        if (useless > 0)
            Report(_state.OnUseless(arrived.Source.Number, arrived.Useless), arrived.Source, 0, useless, 0, false);
        var outcome = _state.OnArrived(arrived.Source.Number, arrived.Chunks, arrived.At);
        Report(outcome, arrived.Source, arrived.Chunks.Count, 0, arrived.Duplicates, arrived.Shared);
        if (_state.IsComplete)
            Complete();
        else
            Arm(arrived.At);
    }

    private void OnDeadline()
    {
        if (_node.Mutations.NeverRetries)
            return;
        var now = _node.Clock.Now;
        Report(_state.OnDeadline(now), null, 0, 0, 0, false);
        Arm(now);
    }

    private void Report(SpanOutcome outcome, SourceSlot? source, int chunks, int useless, int duplicates, bool shared)
    {
        if (outcome.Settlements.Length == 0 && chunks + useless + duplicates == 0)
            return;
        Context.Parent.Tell(new DownloadProtocol.SpanProgress(
            _task.Span, _task.Generation, outcome, source, chunks, useless, duplicates, shared, _state.Unrequested));
    }

    private void Complete()
    {
        DownloadRoute.SetSpan(_task.Table, _task.Span, null);
        var bytes = _buffer!.Close()!;
        var contributors = Contributors();
        if (_task.Digest is { } wanted && !_node.Mutations.SkipsVerification
            && Sha256Digest.FromBytes(SHA256.HashData(bytes.AsSpan(0, _task.Length))) != wanted)
        {
            _node.Buffers.Return(bytes);
            Context.Parent.Tell(new DownloadProtocol.SpanCorrupt(_task.Span, _task.Generation, contributors));
        }
        else
        {
            _task.InTransit.Add(bytes);
            // The download first: the file answers to it, and must not be heard before.
            Context.Parent.Tell(new DownloadProtocol.SpanFetched(_task.Span, _task.Generation, contributors, [.. _sourceOfChunk]));
            _task.File.Tell(
                _task.Audit is { } audit
                    ? new DownloadFileProtocol.AuditSpan(_task.Span, _task.Generation, bytes, audit.Chunks, [.. _sourceOfChunk])
                    : new DownloadFileProtocol.WriteSpan(_task.Span, _task.Generation, bytes, _task.Length),
                Context.Parent);
        }

        Context.Stop(Self);
    }

    // Mostly one source, and its chunks in a row.
    private ImmutableArray<int> Contributors()
    {
        var contributors = ImmutableArray.CreateBuilder<int>();
        for (var chunk = 0; chunk < _sourceOfChunk.Length; chunk++)
        {
            if (!_here.Contains(chunk) && !contributors.Contains(_sourceOfChunk[chunk]))
                contributors.Add(_sourceOfChunk[chunk]);
        }

        return contributors.ToImmutable();
    }

    private void Arm(TimeSpan now)
    {
        var next = _state.NextDeadline;
        if (next == TimeSpan.MaxValue || Timers.IsTimerActive(ChunkRequestProtocol.CheckDeadlines.Instance))
            return;
        var wait = next - now;
        Timers.StartSingleTimer(
            ChunkRequestProtocol.CheckDeadlines.Instance,
            ChunkRequestProtocol.CheckDeadlines.Instance,
            wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait);
    }
}

/// <summary>What a <see cref="ChunkRequestActor"/> is to fetch.</summary>
/// <param name="Route">The download's route.</param>
/// <param name="Table">Its table when the span was opened.</param>
/// <param name="Span">Number of the span.</param>
/// <param name="Generation">Which try of that span.</param>
/// <param name="Length">Bytes of the span.</param>
/// <param name="ChunkBytes">Bytes of a chunk.</param>
/// <param name="Buffer">A pooled buffer; the actor's from then on.</param>
/// <param name="Digest">SHA-256 of the span, where it is known.</param>
/// <param name="File">The <see cref="DownloadFileActor"/>.</param>
/// <param name="InTransit">Where a full buffer is entered before it is told to the file.</param>
/// <param name="Audit">The chunks that are asked for again, to be compared with what is there; null: the whole span is fetched.</param>
/// <param name="Auditor">The one source that may give them.</param>
internal sealed record ChunkRequestTask(
    DownloadRoute Route,
    SpanBuffer?[] Table,
    int Span,
    int Generation,
    int Length,
    int ChunkBytes,
    byte[] Buffer,
    Sha256Digest? Digest,
    IActorRef File,
    BuffersInTransit InTransit,
    AuditTask? Audit = null,
    SourceSlot? Auditor = null);
