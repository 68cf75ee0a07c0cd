using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Storage;

/// <summary>One thing that a node wants to know again after a restart, or no longer. Pure data.</summary>
public abstract record StateChange
{
    private StateChange()
    {
    }

    /// <summary>What the change is about: a later one about the same replaces one that has not been written yet.</summary>
    internal abstract object Subject { get; }

    /// <summary>A verified peer, with what was learned of it.</summary>
    /// <param name="Peer">As it is now.</param>
    public sealed record PeerKept(StoredPeer Peer) : StateChange
    {
        internal override object Subject => (nameof(PeerKept), Peer.Address);
    }

    /// <summary>A peer is not known any more.</summary>
    /// <param name="Address">Its address.</param>
    public sealed record PeerForgotten(PeerAddress Address) : StateChange
    {
        internal override object Subject => (nameof(PeerKept), Address);
    }

    /// <summary>A shared file has been hashed.</summary>
    /// <param name="File">The file with its id.</param>
    public sealed record FileIndexed(SharedFile File) : StateChange
    {
        internal override object Subject => File.File.Path;
    }

    /// <summary>A shared file is gone or changed.</summary>
    /// <param name="Path">Its path.</param>
    public sealed record FileForgotten(string Path) : StateChange
    {
        internal override object Subject => Path;
    }

    /// <summary>A download was started, or what is known of it changed.</summary>
    /// <param name="Download">What is needed to go on with it.</param>
    public sealed record DownloadKept(StoredDownload Download) : StateChange
    {
        internal override object Subject => (nameof(DownloadKept), Download.Id);
    }

    /// <summary>A download is complete, failed, or was ended by its user.</summary>
    /// <param name="Id">The content.</param>
    public sealed record DownloadEnded(ContentId Id) : StateChange
    {
        internal override object Subject => (nameof(DownloadKept), Id);
    }

    /// <summary>An address was proven to lie.</summary>
    /// <param name="Ban">Who, why, until when.</param>
    public sealed record Banned(StoredBan Ban) : StateChange
    {
        internal override object Subject => (nameof(Banned), Ban.Address);
    }

    /// <summary>A ban has ended.</summary>
    /// <param name="Address">Whose.</param>
    public sealed record BanLifted(PeerAddress Address) : StateChange
    {
        internal override object Subject => (nameof(Banned), Address);
    }

    /// <summary>A setting was changed while the node runs.</summary>
    /// <param name="Key">Full key: <c>cjp2p.limits.upload</c>.</param>
    /// <param name="Value">Its value as in a configuration; null: what the configuration says counts again.</param>
    public sealed record SettingChanged(string Key, string? Value) : StateChange
    {
        internal override object Subject => (nameof(SettingChanged), Key);
    }
}
