using System.Net;
using System.Text.Json;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>
/// What the Ruby and the Bash node have in common: one datagram for each reply, never a cookie asked for or given back
/// in a reply, one download at a time from one source, one request for each block received, no look at the hash.
/// </summary>
internal abstract class ScriptPeer : ForeignModel
{
    private const long LengthGuess = 262_144;

    private readonly int _blockBytes;
    private readonly int _burst;
    private readonly Dictionary<string, byte[]> _files = [];
    private readonly Dictionary<IPEndPoint, string> _cookies = [];

    private protected ScriptPeer(ForeignModelOptions options, int blockBytes, int burst)
        : base(options)
    {
        _blockBytes = blockBytes;
        _burst = burst;
    }

    /// <summary>Gives the peer a finished content.</summary>
    public void Serve(string id, byte[] bytes) => Locked(() => _files[id] = bytes);

    /// <summary>Starts to fetch a content; a download that still runs is abandoned, these programs do one at a time.</summary>
    public ForeignDownload Download(string id, IPEndPoint source)
    {
        var download = new ForeignDownload(id, source, _blockBytes) { LastActivity = Now };
        Turn(() =>
        {
            Current?.GiveUp("another download was started");
            Current = download;
            Meet(source);
            AskNext(source);
        });
        return download;
    }

    private protected IReadOnlyDictionary<string, byte[]> Files => _files;

    /// <summary>The running download, null if there is none.</summary>
    private protected ForeignDownload? Current { get; private set; }

    /// <summary>Cookies that others asked to have given back, as JSON text.</summary>
    private protected Dictionary<IPEndPoint, string> Cookies => _cookies;

    private protected override void Forget()
    {
        _cookies.Clear();
        Current?.GiveUp("the program ended");
        Current = null;
    }

    private protected override void Tick()
    {
        if (Current is not { } download || Now - download.LastActivity < TimeSpan.FromSeconds(1)) return;
        download.Stalls++;
        for (int i = 0; i < _burst && Current is not null; i++) AskNext(download.Source);
    }

    /// <summary>One request for the next block that is missing, from the start again after the end.</summary>
    private protected void AskNext(IPEndPoint to)
    {
        if (Current is not { } download) return;
        long length = download.Eof < 0 ? LengthGuess : download.Eof;
        if ((download.NextMissing(download.Index, length) ?? download.NextMissing(0, length)) is not { } block) return;
        download.Index = block + 1;
        download.Requests++;
        download.LastActivity = Now;
        SendAsking(to, "PleaseSendContent",
            $$"""{"id":{{WireJson.Quote(download.Id)}},"length":{{_blockBytes}},"offset":{{block * _blockBytes}}}""");
    }

    /// <summary>A request, with the cookie if that address asked for one.</summary>
    private protected void SendAsking(IPEndPoint to, string name, string payload)
    {
        var elements = new Elements();
        elements.Add(name, payload);
        if (_cookies.TryGetValue(to, out string? cookie)) elements.Add("AlwaysReturned", cookie);
        Send(to, elements);
    }

    private protected bool SendSingle(IPEndPoint to, string name, string payload)
    {
        var elements = new Elements();
        elements.Add(name, payload);
        return Send(to, elements);
    }

    /// <summary>Puts a block where it belongs; complete when the counted bytes reach the eof of this message.</summary>
    private protected void Take(ForeignDownload download, long offset, byte[] bytes, long eof, IPEndPoint from)
    {
        download.LastActivity = Now;
        download.Eof = eof;
        if (offset + bytes.Length > int.MaxValue)
        {
            download.Refused++;
            return;
        }

        download.Write(offset, bytes);
        long block = offset / _blockBytes;
        if (offset % _blockBytes != 0 || (bytes.Length != _blockBytes && offset + bytes.Length != eof)) download.Refused++;
        else if (!download.Count(block, bytes.Length)) download.Duplicates++;
        if (download.BytesDone >= eof)
        {
            byte[] whole = new byte[eof];
            download.Read(0, whole.Length).CopyTo(whole);
            _files[download.Id] = whole;
            download.Hash(eof);
            download.Complete(eof);
            Current = null;
            return;
        }

        AskNext(from);
        if (OneIn(100)) AskNext(from);
    }

    private protected static string? Text(JsonElement payload, string name) => WireJson.AsString(WireJson.Field(payload, name));
}
