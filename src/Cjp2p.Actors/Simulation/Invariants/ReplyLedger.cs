using Cjp2p.Actors.AntiSpoof;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Simulation.Invariants;

/// <summary>
/// No node sends an address more than twice what came from there, headers counted on both sides, before a cookie that it
/// gave to that address came back: kept at the network, from nothing but the bytes that pass, apart from the node's own
/// budget.
/// </summary>
/// <remarks>
/// What a node sends of its own accord (it asks something) is no reply and not counted here. Bounded: for each node the
/// addresses heard or written to last.
/// </remarks>
public sealed class ReplyLedger : SimInvariant, ISimNetworkWatch
{
    private const int AddressesMax = 16_384;
    private const int HeaderBytes = 28;

    private readonly List<TwoGenerationMap<PeerAddress, Account>?> _accounts = [];
    private SimWorld _world = null!;

    /// <inheritdoc/>
    public override string Name => "reply limit";

    /// <summary>Replies to the unverified that were counted: zero says that this was not tested.</summary>
    public long RepliesCounted { get; private set; }

    /// <inheritdoc/>
    public override string? Check(SimWorld world) => null;

    void ISimNetworkWatch.Sent(SimHost sender, in PeerAddress to, ReadOnlySpan<byte> payload)
    {
        if (!sender.IsNode)
            return;
        var account = AccountOf(sender, to);
        if (account.IsVerified)
            return;
        if (TryFindCookie(payload, "\"PleaseAlwaysReturnThisMessage\":{\"cookie\":\""u8, out var cookie))
            account.Gave(XxHash64.Hash(cookie));
        if (!IsReply(payload) || account.BytesIn == 0)
            return;
        RepliesCounted++;
        account.BytesOut += payload.Length + HeaderBytes;
        if (account.BytesOut > 2 * account.BytesIn)
            _world.Invariants.Report(
                Name, $"{sender.Number} sent {account.BytesOut} bytes to {to}, which proved nothing, for {account.BytesIn} from there");
    }

    void ISimNetworkWatch.Delivered(SimHost receiver, in PeerAddress source, ReadOnlySpan<byte> payload)
    {
        if (!receiver.IsNode)
            return;
        var account = AccountOf(receiver, source);
        if (account.IsVerified)
            return;
        account.BytesIn += payload.Length + HeaderBytes;
        var rest = payload;
        while (TryFindCookie(rest, "\"AlwaysReturned\":"u8, out var cookie, out rest))
        {
            if (account.Has(XxHash64.Hash(cookie)))
                account.IsVerified = true;
        }
    }

    /// <inheritdoc/>
    protected internal override void Begin(SimWorld world)
    {
        ArgumentNullException.ThrowIfNull(world);
        _world = world;
        world.Network.Watch = this;
    }

    /// <summary>It answers something, or holds nothing but cookies: what only asks is no reply.</summary>
    private static bool IsReply(ReadOnlySpan<byte> payload) =>
        payload.IndexOf("\"Content\":"u8) >= 0 || payload.IndexOf("\"Peers\":"u8) >= 0
        || payload.IndexOf("\"ReturnedMessage\":"u8) >= 0 || payload.IndexOf("\"SupportedMessages\":"u8) >= 0
        || payload.IndexOf("\"MaybeTheyHaveSome\":"u8) >= 0
        || (payload.IndexOf("\"PleaseSend"u8) < 0 && payload.IndexOf("\"PleaseReturn"u8) < 0
            && payload.IndexOf("\"PleaseList"u8) < 0);

    private static bool TryFindCookie(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> before, out ReadOnlySpan<byte> cookie) =>
        TryFindCookie(payload, before, out cookie, out _);

    /// <summary>The text of the first 16 hex digits between quotes behind this; cookies of ours have no other shape.</summary>
    private static bool TryFindCookie(
        ReadOnlySpan<byte> payload, ReadOnlySpan<byte> before, out ReadOnlySpan<byte> cookie, out ReadOnlySpan<byte> rest)
    {
        cookie = rest = [];
        var at = payload.IndexOf(before);
        if (at < 0)
            return false;
        rest = payload[(at + before.Length)..];
        var text = before[^1] == (byte)'"' ? rest : AfterCookieQuote(rest);
        var end = text.IndexOf((byte)'"');
        cookie = end < 0 ? [] : text[..end];
        return true;
    }

    // Of the shapes in which a cookie may come back, {"cookie":"x"}, ["cookie","x"], ["x"] and "x": its last text.
    private static ReadOnlySpan<byte> AfterCookieQuote(ReadOnlySpan<byte> value)
    {
        var end = value.IndexOfAny((byte)'}', (byte)']');
        var piece = end < 0 ? value : value[..end];
        var last = piece.LastIndexOf((byte)'"');
        var first = last <= 0 ? -1 : piece[..last].LastIndexOf((byte)'"');
        return first < 0 ? [] : piece[(first + 1)..];
    }

    private Account AccountOf(SimHost host, in PeerAddress address)
    {
        while (_accounts.Count <= host.Number)
            _accounts.Add(null);
        var accounts = _accounts[host.Number] ??= new TwoGenerationMap<PeerAddress, Account>(AddressesMax);
        if (!accounts.TryGet(address, out var account))
            accounts.Set(address, account = new Account());
        return account;
    }

    private sealed class Account
    {
        private ulong _latest;
        private ulong _before;
        private ulong _oldest;

        internal long BytesIn { get; set; }

        internal long BytesOut { get; set; }

        internal bool IsVerified { get; set; }

        internal void Gave(ulong cookie)
        {
            if (cookie != _latest)
                (_latest, _before, _oldest) = (cookie, _latest, _before);
        }

        internal bool Has(ulong cookie) => cookie != 0 && (cookie == _latest || cookie == _before || cookie == _oldest);
    }
}
