using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Output;
using Cjp2p.Host.Remote;
using Cjp2p.Host.Wire;

namespace Cjp2p.Host.Commands;

/// <summary><c>cjp2p peers</c>: asks a peer whom it knows.</summary>
internal static class PeersCommand
{
    private const int DatagramBytes = 1024;
    private const int Tries = 3;
    private const int PageSize = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);

    public static Command Create()
    {
        var peer = Options.Peers("The peer to ask (default: the node that runs here).");
        peer.Arity = ArgumentArity.ExactlyOne;
        var json = Options.Json("Print a JSON object instead.");
        var node = Options.Node();
        var command = new Command("peers", "Ask a peer, or the node that runs here, whom it knows, and print the addresses.") { peer, node, json };
        command.Validators.Add(result =>
        {
            if (result.GetResult(peer) is not null && result.GetResult(node) is not null)
                result.AddError("--peer and --node contradict each other");
            if (result.GetResult(peer) is null && result.GetResult(node) is null && !RunningNodes.IsLikely)
                result.AddError("Option '--peer' is required.");
        });
        command.SetAction((parsed, cancelled) => parsed.GetValue(peer) is { Length: > 0 } asked
            ? RunAsync(asked[0], parsed.GetValue(json), cancelled)
            : RunByNodeAsync(parsed.GetValue(node), parsed.GetValue(json), cancelled));
        return command;
    }

    private static async Task<int> RunByNodeAsync(string? named, bool json, CancellationToken cancelled)
    {
        using var client = await RunningNodes.GetAsync(named, cancelled).ConfigureAwait(false);
        var peers = new List<JsonElement>();
        while (true)
        {
            var page = (await client.GetAsync($"/api/peers?skip={peers.Count}&most={PageSize}", cancelled).ConfigureAwait(false))!.Value;
            var before = peers.Count;
            peers.AddRange(Field.List(page, "peers"));
            if (peers.Count == before || peers.Count >= Field.Number(page, "total"))
                break;
        }

        if (json)
        {
            Terminal.WriteJson(
                new PeersReport(client.Address, [.. peers.Select(known => Field.Of(known, "address"))]), Json.Lines.PeersReport);
            return ExitCodes.Done;
        }

        foreach (var known in peers)
            Terminal.WriteLine($"{Field.Of(known, "address")}{(Field.Of(known, "roundTripMs") is { Length: > 0 } ms ? $"  {ms} ms" : "")}");
        if (peers.Count == 0)
            Terminal.WriteErrorLine($"the node at {client.Address} knows nobody");
        return ExitCodes.Done;
    }

    private static async Task<int> RunAsync(PeerAddress peer, bool json, CancellationToken cancelled)
    {
        using var client = WireClient.Open(peer);
        var answers = new WireAnswers();
        var ours = Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(16, lowercase: true));
        // To strangers a node tells one address or none, and its cookie: who returns that is told the rest.
        var first = await AskAsync(client, answers, ours, cancelled).ConfigureAwait(false);
        if (first == ReplyKind.Datagram && !answers.Cookie.Utf8.IsEmpty)
            await AskAsync(client, answers, ours, cancelled).ConfigureAwait(false);
        cancelled.ThrowIfCancellationRequested();
        if (first == ReplyKind.Refused)
            throw UserException.Failed($"{peer} does not answer: nothing listens there");
        if (first == ReplyKind.None)
            throw UserException.Failed($"{peer} does not answer: {Tries} requests within {Amounts.Seconds(Tries * Patience)} were in vain");
        if (json)
        {
            Terminal.WriteJson(
                new PeersReport(peer.ToString(), [.. answers.Peers.Select(known => known.ToString())]), Json.Lines.PeersReport);
            return ExitCodes.Done;
        }

        foreach (var known in answers.Peers)
            Terminal.WriteLine(known.ToString());
        if (answers.Peers.Count == 0)
            Terminal.WriteErrorLine(answers.HasPeers ? $"{peer} knows nobody else" : $"{peer} answers, but names no peers");
        return ExitCodes.Done;
    }

    // Until a list of peers came, or at the first try a cookie.
    private static async Task<ReplyKind> AskAsync(
        WireClient client, WireAnswers answers, byte[] ours, CancellationToken cancelled)
    {
        var withCookie = !answers.Cookie.Utf8.IsEmpty;
        var kind = ReplyKind.None;
        for (var i = 0; i < Tries && kind != ReplyKind.Datagram && !cancelled.IsCancellationRequested; i++)
        {
            client.Send(Write(answers.Cookie, ours));
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
            deadline.CancelAfter(Patience);
            var told = answers.Peers.Count;
            while (true)
            {
                var reply = await client.ReceiveAsync(deadline.Token).ConfigureAwait(false);
                if (kind != ReplyKind.Datagram)
                    kind = reply.Kind;
                if (reply.Kind != ReplyKind.Datagram)
                    break;
                answers.Take(reply.Datagram.Span, []);
                if (withCookie ? answers.HasPeers && answers.Peers.Count >= told : !answers.Cookie.Utf8.IsEmpty || answers.HasPeers)
                    break;
            }
        }

        return kind;
    }

    private static byte[] Write(RawJson cookie, ReadOnlySpan<byte> ours)
    {
        Span<byte> buffer = stackalloc byte[DatagramBytes];
        var writer = new DatagramWriter(buffer);
        if (!cookie.Utf8.IsEmpty)
            writer.TryWriteAlwaysReturned(cookie.Utf8);
        // Without it a first request is so short that twice its bytes hold no cookie (wire-core: the March Rust node).
        writer.TryWriteCookieRequest(ours);
        writer.TryWritePleaseSendPeers();
        return buffer[..writer.Finish()].ToArray();
    }
}

/// <summary>What <c>peers --json</c> prints.</summary>
/// <param name="Peer">Who was asked.</param>
/// <param name="Peers">Whom it named.</param>
internal sealed record PeersReport(string Peer, IReadOnlyList<string> Peers);
