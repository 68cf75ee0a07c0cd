using System.CommandLine;
using System.Globalization;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;
using Cjp2p.Benchmarks.Codec;

namespace Cjp2p.Benchmarks.Transfer;

/// <summary>
/// The yardstick: the datagrams of a transfer, as many and as long, through the same transport between two processes, but
/// with nobody who reads, encodes, decodes, hashes or writes anything. A <c>plain-sink</c> asks with datagrams as long as
/// eight packed requests; a <c>plain-source</c> answers each with eight datagrams as long as a Content of 4096 bytes.
/// </summary>
internal static class PlainUdpChild
{
    /// <summary>Name of the command that answers.</summary>
    public const string Source = "plain-source";

    /// <summary>Name of the command that asks.</summary>
    public const string Sink = "plain-sink";

    /// <summary>Datagrams asked for and not yet here: the default of cjp2p.downloads.window-max.</summary>
    private const int Window = 512;

    private const int Packed = SampleDatagrams.PackedRequests;

    private static readonly PeerAddress Loopback = PeerAddress.FromIPv4(0x7F00_0001, 0);
    private static readonly int RequestBytes = SampleDatagrams.Make(SampleKind.PackedRequests).Length;
    private static readonly int ContentBytes = SampleDatagrams.Make(SampleKind.Content).Length;

    public static Command CreateSource()
    {
        var command = new Command(Source, "(started by 'transfer --yardstick')") { Hidden = true };
        command.SetAction((_, _) => SourceAsync());
        return command;
    }

    public static Command CreateSink()
    {
        var source = new Argument<string>("source");
        var command = new Command(Sink, "(started by 'transfer --yardstick')") { source };
        command.Hidden = true;
        command.SetAction((parsed, _) => SinkAsync(parsed.GetValue(source)!));
        return command;
    }

    private static async Task<int> SourceAsync()
    {
        using var transport = new UdpTransportFactory().Open(Loopback, new TransportSettings());
        transport.Start(new Answers(transport));
        ChildLines.Say(ChildLines.Ready, transport.LocalAddress);
        while (await Console.In.ReadLineAsync() is not null)
            ChildLines.SayUsage();
        return 0;
    }

    private static async Task<int> SinkAsync(string sourceText)
    {
        if (!PeerAddress.TryParse(sourceText, out var source))
            return 2;
        using var transport = new UdpTransportFactory().Open(Loopback, new TransportSettings());
        var requests = new Requests(transport, source);
        transport.Start(requests);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == ChildLines.Usage)
            {
                ChildLines.SayUsage();
                continue;
            }

            var datagrams = long.Parse(line.AsSpan(ChildLines.Fetch.Length + 1), CultureInfo.InvariantCulture);
            var startedAt = TimeProvider.System.GetTimestamp();
            await requests.FetchAsync(datagrams);
            ChildLines.Say(
                ChildLines.Done, TimeProvider.System.GetElapsedTime(startedAt).Ticks, datagrams,
                datagrams * SpanGeometry.DefaultChunkBytes);
        }

        return 0;
    }

    /// <summary>Eight long datagrams for each short one. What is in them is whatever is in the batch's memory.</summary>
    private sealed class Answers(ITransport transport) : IDatagramSink
    {
        private ISendBatch? _batch;

        public void OnDatagram(in PeerAddress source, ReadOnlySpan<byte> datagram)
        {
            _batch ??= transport.RentSendBatch();
            for (var i = 0; i < Packed; i++)
            {
                _batch.Reserve(ContentBytes);
                _batch.Commit(source, ContentBytes);
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
    private sealed class Requests(ITransport transport, PeerAddress source) : IDatagramSink
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
                _missing = (datagrams + Packed - 1) / Packed * Packed;
                _unasked = _missing;
                _grantable = Window;
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
            if (_grantable < Packed || _unasked == 0)
                return;
            using var batch = transport.RentSendBatch();
            for (; _grantable >= Packed && _unasked > 0; _grantable -= Packed, _unasked -= Packed)
            {
                batch.Reserve(RequestBytes);
                batch.Commit(source, RequestBytes);
            }
        }
    }
}
