using System.Collections.Immutable;
using System.Security.Cryptography;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Tests.Doubles;

/// <summary>
/// A peer that serves one content, honestly unless a test says otherwise: it answers each PleaseSendContent with one
/// Content, and returns cookies and pings that it is asked to return.
/// </summary>
internal sealed class ScriptedSource
{
    private readonly MemoryNetwork _network;

    public ScriptedSource(MemoryNetwork network, PeerAddress address, ContentId id, byte[] content)
    {
        _network = network;
        Address = address;
        Id = id;
        Content = content;
        Eof = () => Content.Length;
        Bytes = (offset, length) => Content[(int)Math.Min(offset, Content.Length)..(int)Math.Min(offset + length, Content.Length)];
        Answer = request =>
        [
            new Actors.Protocol.Content(Id, request.Offset, [.. Bytes(request.Offset, request.Length)], Eof()),
        ];
        network.Attach(address, OnDatagram);
    }

    public PeerAddress Address { get; }

    public ContentId Id { get; }

    public byte[] Content { get; }

    /// <summary>Length that it claims; null: it does not say.</summary>
    public Func<long?> Eof { get; set; }

    /// <summary>Bytes that it gives for a range.</summary>
    public Func<long, long, byte[]> Bytes { get; set; }

    /// <summary>What it answers to one request.</summary>
    public Func<PleaseSendContent, IEnumerable<WireMessage>> Answer { get; set; }

    /// <summary>Whether it hears nothing.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Whether it answers several requests of one datagram in one datagram.</summary>
    public bool Packs { get; set; }

    /// <summary>How long it thinks.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>The cookie that it gives, and wants back before it serves more than a teaser; null: it knows no cookies.</summary>
    public string? Cookie { get; set; }

    /// <summary>Further contents that <see cref="Answer"/> knows.</summary>
    public HashSet<ContentId> OtherIds { get; } = [];

    /// <summary>Requests that it got, in order.</summary>
    public List<PleaseSendContent> Requests { get; } = [];

    /// <summary>Datagrams that it got.</summary>
    public List<IReadOnlyList<WireMessage>> Datagrams { get; } = [];

    /// <summary>Chunks that it gave.</summary>
    public int Given { get; private set; }

    /// <summary>What of a content has this id.</summary>
    public static ContentId IdOf(byte[] content) => ContentId.FromSha256(Sha256Digest.FromBytes(SHA256.HashData(content)));

    /// <summary>Bytes that differ everywhere.</summary>
    public static byte[] ContentOf(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>SHA-256 of each span.</summary>
    public static ImmutableArray<Sha256Digest> DigestsOf(byte[] content) =>
        [.. content.Chunk(Actors.Content.SpanGeometry.SpanBytes).Select(span => Sha256Digest.FromBytes(SHA256.HashData(span)))];

    private void OnDatagram(PeerAddress from, byte[] bytes)
    {
        var messages = Datagram.Read(bytes);
        Datagrams.Add(messages);
        Requests.AddRange(messages.OfType<PleaseSendContent>());
        if (!IsSilent)
            _network.Time.After(Delay, () => Reply(from, messages));
    }

    private void Reply(PeerAddress to, IReadOnlyList<WireMessage> messages)
    {
        var isVerified = Cookie is null || messages.Contains(new AlwaysReturned(Datagram.Raw(CookieJson)));
        var answers = messages.OfType<PleaseSendContent>().Where(request => request.Id == Id || OtherIds.Contains(request.Id))
            .SelectMany(request => Answer(isVerified ? request : request with { Length = Math.Min(32, request.Length) }))
            .Concat(messages.OfType<PleaseReturnThisMessage>().Select(ping => new ReturnedMessage(ping.Payload)))
            .ToArray();
        if (answers.Length == 0)
            return;
        Given += answers.OfType<Actors.Protocol.Content>().Count();
        WireMessage[] head =
        [
            .. Cookie is not null && !isVerified ? [new PleaseAlwaysReturnThisMessage(Datagram.Raw(CookieJson))] : Array.Empty<WireMessage>(),
            .. messages.OfType<PleaseAlwaysReturnThisMessage>().Select(cookie => new AlwaysReturned(cookie.Payload)),
        ];
        if (Packs)
        {
            _network.Send(Address, to, [.. head, .. answers]);
            return;
        }

        foreach (var answer in answers)
            _network.Send(Address, to, [.. head, answer]);
    }

    private string CookieJson => $$"""{"cookie":"{{Cookie}}"}""";
}
