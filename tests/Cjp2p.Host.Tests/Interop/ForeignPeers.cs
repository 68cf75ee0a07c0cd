using System.Net;

namespace Cjp2p.Host.Tests.Interop;

/// <summary>The existing nodes by name, for tests that do the same with each.</summary>
internal static class ForeignPeers
{
    public const string July = "July", March = "March", MarchNumber = "March with bare numbers", MarchToken = "March with tokens";
    public const string Ruby = "Ruby", Bash = "Bash";

    public const string Haskell = "Haskell";
    private const string PresencePrefix = "presence in ";

    /// <summary>The presence demonstrations, which know peers and cookies but no content.</summary>
    public static IReadOnlyList<string> Presence { get; } =
        [.. Enum.GetNames<PresenceKind>().Select(kind => PresencePrefix + kind)];

    /// <summary>Those that have content.</summary>
    public static IReadOnlyList<string> Serving { get; } = [July, March, MarchNumber, MarchToken, Ruby, Bash];

    public static ForeignModel Make(string name, ForeignModelOptions options) => name switch
    {
        July => new RustJulyPeer(options),
        March => new RustMarchPeer(options),
        MarchNumber => new RustMarchPeer(options, MarchCookieShape.BareNumber),
        MarchToken => new RustMarchPeer(options, MarchCookieShape.Token),
        Ruby => new RubyPeer(options),
        Bash => new BashPeer(options),
        Haskell => new HaskellPeer(options),
        _ when name.StartsWith(PresencePrefix, StringComparison.Ordinal) =>
            new PresencePeer(Enum.Parse<PresenceKind>(name[PresencePrefix.Length..]), options),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    public static void Serve(ForeignModel peer, string id, byte[] bytes)
    {
        if (peer is RustPeer rust)
            rust.Serve(id, bytes);
        else
            ((ScriptPeer)peer).Serve(id, bytes);
    }

    public static ForeignDownload Download(ForeignModel peer, string id, IPEndPoint source) =>
        peer is RustPeer rust ? rust.Download(id, source) : ((ScriptPeer)peer).Download(id, source);
}
