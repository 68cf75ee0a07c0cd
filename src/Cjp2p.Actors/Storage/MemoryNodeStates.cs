using System.Collections.Immutable;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Storage;

/// <summary>
/// The states of nodes in memory, by folder: for a simulated machine, whose nodes come and go while its state stays. A
/// write lasts once it has returned, as with a database. One thread at a time.
/// </summary>
public sealed class MemoryNodeStates : INodeStateFactory
{
    private readonly Dictionary<string, Tables> _folders = new(StringComparer.Ordinal);

    /// <summary>Called before each write; what it throws is what the disk does.</summary>
    public Action<string> BeforeWrite { get; set; } = _ => { };

    /// <summary>Writes so far.</summary>
    public int Writes { get; private set; }

    /// <inheritdoc/>
    public INodeState Open(string folder, ImmutableArray<byte> secret, DateTimeOffset now)
    {
        if (!_folders.TryGetValue(folder, out var tables))
            _folders[folder] = tables = new Tables(secret);
        if (tables.IsOpen)
            throw new NodeStateInUseException($"the data folder {folder} is used by another node");
        tables.IsOpen = true;
        return new State(this, folder, tables);
    }

    private sealed class Tables(ImmutableArray<byte> secret)
    {
        public bool IsOpen { get; set; }

        public ImmutableArray<byte> Secret { get; } = secret;

        public Dictionary<PeerAddress, StoredPeer> Peers { get; } = [];

        public SortedDictionary<string, SharedFile> Files { get; } = new(StringComparer.Ordinal);

        public Dictionary<ContentId, StoredDownload> Downloads { get; } = [];

        public Dictionary<PeerAddress, StoredBan> Bans { get; } = [];

        public SortedDictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);
    }

    private sealed class State(MemoryNodeStates all, string folder, Tables tables) : INodeState
    {
        public string? Notice => null;

        public StoredState Load(DateTimeOffset now, StateLimits limits)
        {
            foreach (var ended in tables.Bans.Values.Where(ban => ban.Until <= now).ToArray())
                tables.Bans.Remove(ended.Address);
            return new StoredState(
                tables.Secret,
                [.. tables.Peers.Values.OrderByDescending(peer => peer.HeardAt).ThenBy(peer => peer.Address).Take(limits.PeersMax)],
                [.. tables.Files.Values.Take(limits.FilesMax)],
                [.. tables.Downloads.Values.OrderBy(one => one.StartedAt).Take(limits.DownloadsMax)],
                [.. tables.Bans.Values.OrderByDescending(ban => ban.Until).Take(limits.BansMax)],
                tables.Settings.ToImmutableSortedDictionary(StringComparer.Ordinal));
        }

        public void Write(IReadOnlyCollection<StateChange> changes)
        {
            all.BeforeWrite(folder);
            all.Writes++;
            foreach (var change in changes)
                Write(change);
        }

        public bool PutBackIfGone() => false;

        public void Dispose() => tables.IsOpen = false;

        private void Write(StateChange change)
        {
            switch (change)
            {
                case StateChange.PeerKept(var peer):
                    tables.Peers[peer.Address] = peer;
                    break;
                case StateChange.PeerForgotten(var address):
                    tables.Peers.Remove(address);
                    break;
                case StateChange.FileIndexed(var file):
                    tables.Files[file.File.Path] = file;
                    break;
                case StateChange.FileForgotten(var path):
                    tables.Files.Remove(path);
                    break;
                case StateChange.DownloadKept(var download):
                    tables.Downloads[download.Id] = download;
                    break;
                case StateChange.DownloadEnded(var id):
                    tables.Downloads.Remove(id);
                    break;
                case StateChange.Banned(var ban):
                    tables.Bans[ban.Address] = ban;
                    break;
                case StateChange.BanLifted(var address):
                    tables.Bans.Remove(address);
                    break;
                case StateChange.SettingChanged(var key, { } value):
                    tables.Settings[key] = value;
                    break;
                case StateChange.SettingChanged(var key, null):
                    tables.Settings.Remove(key);
                    break;
            }
        }
    }
}
