using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport;

namespace Cjp2p.Actors.Content;

/// <summary>Messages of <see cref="ContentServerActor"/>.</summary>
public static class ContentServerProtocol
{
    /// <summary>Anything the server takes.</summary>
    public interface ICommand;

    /// <summary>
    /// Requests of one received batch, in order; those of one datagram stand together. The list belongs to the receiver
    /// of the message from then on.
    /// </summary>
    /// <param name="Requests">The requests.</param>
    /// <param name="Via">Where they came in and the answers go out.</param>
    public sealed record Serve(IReadOnlyList<ContentRequest> Requests, ITransport Via) : ICommand;
}

/// <summary>One PleaseSendContent. The answers to those of one datagram leave in one datagram as far as it holds them.</summary>
/// <param name="Source">Who asks.</param>
/// <param name="Datagram">Number of the datagram within the batch.</param>
/// <param name="BytesMax">Payload bytes that all answers to that datagram together may have; meant for the unverified.</param>
/// <param name="Verified">Whether the source proved itself with that datagram.</param>
/// <param name="GiveCookie">Whether to ask the source to return a cookie.</param>
/// <param name="Echo">Raw JSON of a cookie in that datagram that is to be returned; empty: the one kept for the source.</param>
/// <param name="Others">Answers to other elements of that datagram, encoded, separated by commas; empty for all but its first request.</param>
/// <param name="Id">What is asked for.</param>
/// <param name="Offset">From which byte.</param>
/// <param name="Length">How many bytes.</param>
public readonly record struct ContentRequest(
    PeerAddress Source,
    int Datagram,
    int BytesMax,
    bool Verified,
    bool GiveCookie,
    ReadOnlyMemory<byte> Echo,
    ReadOnlyMemory<byte> Others,
    ContentId Id,
    long Offset,
    long Length);
