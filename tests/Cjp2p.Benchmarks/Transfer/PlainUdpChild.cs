using System.CommandLine;
using System.Globalization;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;
using Cjp2p.Benchmarks.Codec;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>
/// The yardstick: the datagrams of a transfer, as many and as long, through the same transport between two processes, but
/// with nobody who reads, encodes, decodes, hashes or writes anything. For chunks of 4,096 bytes a
/// <c>plain-sink</c> asks with datagrams as long as eight packed requests, and a <c>plain-source</c> answers each with eight as
/// long as a Content; for chunks of 40,960 bytes, which a transfer comes to ask for where nothing is lost, one with one.
/// </summary>
internal static class PlainUdpChild
{
    /// <summary>Name of the command that answers.</summary>
    public const string Source = "plain-source";

    /// <summary>Name of the command that asks.</summary>
    public const string Sink = "plain-sink";

    /// <summary>Chunk of a request that is large.</summary>
    public const int LargeChunkBytes = 40_960;

    /// <summary>Chunks of 4,096 bytes asked for and not yet here: the default of cjp2p.downloads.window-max.</summary>
    private const int WindowChunks = 512;

    private static readonly PeerAddress Loopback = PeerAddress.FromIPv4(0x7F00_0001, 0);

    public static Command CreateSource()
    {
        var chunk = new Argument<int>("chunk");
        var command = new Command(Source, "(started by 'transfer --yardstick')") { chunk };
        command.Hidden = true;
        command.SetAction((parsed, _) => SourceAsync(new Shape(parsed.GetValue(chunk))));
        return command;
    }

    public static Command CreateSink()
    {
        var source = new Argument<string>("source");
        var command = new Command(Sink, "(started by 'transfer --yardstick')") { source };
        var chunk = new Argument<int>("chunk");
        command.Add(chunk);
        command.Hidden = true;
        command.SetAction((parsed, _) => SinkAsync(parsed.GetValue(source)!, new Shape(parsed.GetValue(chunk))));
        return command;
    }

    private static async Task<int> SourceAsync(Shape shape)
    {
        using var transport = new UdpTransportFactory().Open(Loopback, new TransportSettings());
        transport.Start(new Answers(transport, shape));
        ChildLines.Say(ChildLines.Ready, transport.LocalAddress);
        while (await Console.In.ReadLineAsync() is not null)
            ChildLines.SayUsage();
        return 0;
    }

    private static async Task<int> SinkAsync(string sourceText, Shape shape)
    {
        if (!PeerAddress.TryParse(sourceText, out var source))
            return 2;
        using var transport = new UdpTransportFactory().Open(Loopback, new TransportSettings());
        var requests = new Requests(transport, source, shape);
        transport.Start(requests);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == ChildLines.Usage)
            {
                ChildLines.SayUsage();
                continue;
            }

            var bytes = long.Parse(line.AsSpan(ChildLines.Fetch.Length + 1), CultureInfo.InvariantCulture);
            var datagrams = (bytes + shape.ChunkBytes - 1) / shape.ChunkBytes;
            var startedAt = TimeProvider.System.GetTimestamp();
            await requests.FetchAsync(datagrams);
            ChildLines.Say(
                ChildLines.Done, TimeProvider.System.GetElapsedTime(startedAt).Ticks, datagrams,
                datagrams * shape.ChunkBytes);
        }

        return 0;
    }

    /// <summary>How long and how many the datagrams are.</summary>
    private sealed class Shape(int chunkBytes)
    {
        public int ChunkBytes => chunkBytes;

        public int Packed { get; } = chunkBytes == SpanGeometry.DefaultChunkBytes ? SampleDatagrams.PackedRequests : 1;

        public int Window { get; } = WindowChunks * SpanGeometry.DefaultChunkBytes / chunkBytes;

        public int RequestBytes { get; } = SampleDatagrams.Make(
            chunkBytes == SpanGeometry.DefaultChunkBytes ? SampleKind.PackedRequests : SampleKind.Request).Length;

        // As long as base64 makes it, with what is around it in a Content of 4,096 bytes.
        public int ContentBytes { get; } = SampleDatagrams.Make(SampleKind.Content).Length
            + Base64Bytes(chunkBytes) - Base64Bytes(SpanGeometry.DefaultChunkBytes);

        private static int Base64Bytes(int bytes) => (bytes + 2) / 3 * 4;
    }

    /// <summary>The long datagrams for each short one. What is in them is whatever is in the batch's memory.</summary>
    private sealed class Answers(ITransport transport, Shape shape) : IDatagramSink
    {
        private ISendBatch? _batch;

        public void OnDatagram(in PeerAddress source, ReadOnlySpan<byte> datagram)
        {
            _batch ??= transport.RentSendBatch();
            for (var i = 0; i < shape.Packed; i++)
            {
                _batch.Reserve(shape.ContentBytes);
                _batch.Commit(source, shape.ContentBytes);
            }
        }

        public void OnBatchEnd()
        {
            _batch?.Dispose();
            _batch = null;
        }

        public void OnTransportFailed(string reason) => ChildLines.Say(ChildLines.Failed, reason);
    }

    /// <summary>Asks for as many as have come, so that the window stays full.</summary>
    private sealed class Requests(ITransport transport, PeerAddress source, Shape shape) : IDatagramSink
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource _end = new();
        private long _missing;
        private long _unasked;
        private int _grantable;
        private int _received;

        public Task FetchAsync(long datagrams)
        {
            lock (_lock)
            {
                _end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _missing = (datagrams + shape.Packed - 1) / shape.Packed * shape.Packed;
                _unasked = _missing;
                _grantable = shape.Window;
                Ask();
                return _end.Task;
            }
        }

        // Only the receive thread touches this count.
        public void OnDatagram(in PeerAddress from, ReadOnlySpan<byte> datagram) => _received++;

        public void OnBatchEnd()
        {
            lock (_lock)
            {
                _grantable += _received;
                _missing -= _received;
                _received = 0;
                Ask();
                if (_missing == 0)
                    _end.TrySetResult();
            }
        }

        public void OnTransportFailed(string reason) => ChildLines.Say(ChildLines.Failed, reason);

        private void Ask()
        {
            if (_grantable < shape.Packed || _unasked == 0)
                return;
            using var batch = transport.RentSendBatch();
            for (; _grantable >= shape.Packed && _unasked > 0; _grantable -= shape.Packed, _unasked -= shape.Packed)
            {
                batch.Reserve(shape.RequestBytes);
                batch.Commit(source, shape.RequestBytes);
            }
        }
    }
}
