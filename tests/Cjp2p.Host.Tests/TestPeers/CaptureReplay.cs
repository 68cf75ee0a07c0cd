using System.Net;
using System.Text;
using System.Text.Json;
using Cjp2p.TestPeers;

namespace Cjp2p.Host.Tests.TestPeers;

/// <summary>
/// Plays what a real node received in a recording to a model of that node, on the recorded clock, and compares what the
/// model answers with what the real node answered.
/// </summary>
/// <remarks>
/// Taken as equal: cookies that each makes for itself (the model's are put in place of the recorded ones where the
/// recording gives them back), keys and signatures, ping times, the order of addresses in a list, and which addresses a
/// stranger gets. Not compared: what the node sends by its timer, except which messages such a datagram holds.
/// </remarks>
internal sealed class CaptureReplay
{
    private readonly IReadOnlyList<RecordedDatagram> _lines;
    private readonly string _node;
    private readonly string _remote;
    private readonly ForeignModel _model;
    private readonly ManualTime _time;
    private readonly Func<IPEndPoint, string>? _cookieFor;
    private readonly HashSet<string> _recordedCookies = [];
    private readonly HashSet<string> _recordedAddresses = [];
    private readonly List<byte[]> _fromTimer = [];

    public CaptureReplay(
        string recording, string node, string remote, ForeignModel model, ManualTime time, Func<IPEndPoint, string>? cookieFor)
    {
        _lines = Recording.Load(recording);
        _node = node;
        _remote = remote;
        _model = model;
        _time = time;
        _cookieFor = cookieFor;
        _recordedAddresses.Add(Address(remote).ToString());
        foreach (RecordedDatagram line in _lines.Where(IsOutgoing)) CollectOwn(line);
    }

    /// <summary>A list of addresses may lack these in the recording (peers that a restart of the real node forgot).</summary>
    public HashSet<string> MayBeForgotten { get; } = [];

    /// <summary>Lines from this one on are not played.</summary>
    public int LinesMax { get; init; } = int.MaxValue;

    /// <summary>Datagrams played.</summary>
    public int Played { get; private set; }

    /// <summary>Datagrams compared.</summary>
    public int Compared { get; private set; }

    /// <summary>Times the real node ended and was started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>
    /// For the probes: one request after the other, each with its own answers. A real node that ended was started again
    /// before the next probe, which therefore comes later than usual.
    /// </summary>
    public string CompareEach()
    {
        var differences = new List<string>();
        int[] incoming = [.. Enumerable.Range(0, Math.Min(LinesMax, _lines.Count)).Where(i => IsIncoming(_lines[i]))];
        _model.Start();
        for (int k = 0; k < incoming.Length; k++)
        {
            int end = k + 1 < incoming.Length ? incoming[k + 1] : Math.Min(LinesMax, _lines.Count);
            RecordedDatagram request = _lines[incoming[k]];
            List<byte[]> answers = Play(request);
            List<RecordedDatagram> recorded = Answers(_lines.Take(end).Skip(incoming[k]));
            Compare($"line {incoming[k] + 1} {Short(request.Text)}", recorded, answers, differences);

            TimeSpan following = k + 1 < incoming.Length ? _lines[end].At : request.At;
            TimeSpan gap = following - request.At;
            if (gap > TimeSpan.FromSeconds(1)) AdvanceTo(following - TimeSpan.FromSeconds(0.2));
            bool restarted = gap > TimeSpan.FromSeconds(1.35);
            if (restarted != _model.IsDead)
                differences.Add($"line {incoming[k] + 1} {Short(request.Text)}: ended: real {restarted}, model {_model.IsDead}");
            if (!restarted) continue;
            Restarts++;
            _model.Revive();
        }

        CompareTimer(differences);
        return string.Join('\n', differences);
    }

    /// <summary>For transfers: all answers in order, because requests overlap.</summary>
    public string CompareSequence(Func<IPEndPoint, ForeignDownload>? startDownload = null)
    {
        var differences = new List<string>();
        var answers = new List<byte[]>();
        bool started = false;
        foreach (RecordedDatagram line in _lines.Take(LinesMax))
        {
            if (line.From == _node && !started)
            {
                AdvanceTo(line.At);
                _model.Start();
                startDownload?.Invoke(Address(_remote)); // the id was on the real node's command line
                answers.AddRange(FromOutbox());
                started = true;
            }

            if (started && IsIncoming(line)) answers.AddRange(Play(line));
        }

        List<RecordedDatagram> recorded = Answers(_lines.Take(LinesMax));
        if (LinesMax < _lines.Count) answers = [.. answers.Take(recorded.Count)]; // the last answers are beyond the cut
        Compare("transfer", recorded, answers, differences);

        // The model's timer need not run at the same moment as the real one.
        AdvanceTo(_lines.Take(LinesMax).Last().At + TimeSpan.FromSeconds(1));
        CompareTimer(differences);
        return string.Join('\n', differences);
    }

    private static string Short(string text) => text.Length < 200 ? text : text[..100] + " ... " + text[^80..];

    /// <summary>Probes, hellos and questions that a node sends on its own account.</summary>
    private static bool IsFromTimer(string text)
    {
        List<string> names = Names(text);
        if (names.Contains("IAmHere")) return true;
        if (names.Contains("PleaseReturnThisMessage") && names.Contains("PleaseAlwaysReturnThisMessage")) return true;
        return names.Count > 0 && names[0] == "PleaseSendPeers"
            && names.TrueForAll(n => n is "PleaseSendPeers" or "AlwaysReturned" or "PleaseAlwaysReturnThisMessage");
    }

    private static List<string> Names(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return [.. document.RootElement.EnumerateArray().Select(e => e.EnumerateObject().First().Name)];
        }
        catch (JsonException)
        {
            return []; // a cut line
        }
    }

    /// <summary>What the real node sent because of what it received.</summary>
    private List<RecordedDatagram> Answers(IEnumerable<RecordedDatagram> lines) =>
        [.. lines.Where(IsOutgoing).Where(l => !IsFromTimer(l.Text))];

    private IPEndPoint Address(string name) => _lines.First(l => l.From == name).FromAddress;

    private bool IsIncoming(RecordedDatagram line) => line.From == _remote && line.To == _node;

    private bool IsOutgoing(RecordedDatagram line) => line.From == _node && line.To == _remote;

    /// <summary>Cookies that the real node made, and addresses that it knew.</summary>
    private void CollectOwn(RecordedDatagram line)
    {
        if (line.Cut) return;
        using JsonDocument document = JsonDocument.Parse(line.Bytes);
        foreach (JsonElement element in document.RootElement.EnumerateArray())
        {
            if (element.TryGetProperty("PleaseAlwaysReturnThisMessage", out JsonElement cookie))
                _recordedCookies.Add(CookieValue(cookie.GetRawText()));
            if (!element.TryGetProperty("Peers", out JsonElement peers)) continue;
            foreach (JsonElement address in peers.GetProperty("peers").EnumerateArray()) _recordedAddresses.Add(address.GetString()!);
        }
    }

    private static string CookieValue(string payload)
    {
        using JsonDocument document = JsonDocument.Parse(payload);
        return document.RootElement.EnumerateObject().First().Value.ToString();
    }

    private void AdvanceTo(TimeSpan moment)
    {
        _time.AdvanceTo(moment);
        FromOutbox();
    }

    private List<byte[]> Play(RecordedDatagram request)
    {
        AdvanceTo(request.At);
        Played++;
        byte[] bytes = request.Bytes;
        if (_cookieFor is not null)
        {
            string own = CookieValue(_cookieFor(request.FromAddress));
            string text = Encoding.Latin1.GetString(bytes);
            foreach (string recorded in _recordedCookies) text = text.Replace(recorded, own, StringComparison.Ordinal);
            bytes = Encoding.Latin1.GetBytes(text);
        }

        return [.. _model.Exchange(bytes, request.FromAddress).Where(s => s.To.Equals(request.FromAddress)).Select(s => s.Bytes)];
    }

    /// <summary>What the model sent unasked: hellos are kept apart, requests for content returned.</summary>
    private List<byte[]> FromOutbox()
    {
        var others = new List<byte[]>();
        foreach (SentDatagram sent in _model.TakeOutbox().Where(s => s.To.Equals(Address(_remote))))
        {
            if (IsFromTimer(sent.Text)) _fromTimer.Add(sent.Bytes);
            else others.Add(sent.Bytes);
        }

        return others;
    }

    private void Compare(string where, List<RecordedDatagram> recorded, List<byte[]> answers, List<string> differences)
    {
        Compared += recorded.Count;
        for (int i = 0; i < Math.Max(recorded.Count, answers.Count); i++)
        {
            string real = i < recorded.Count ? recorded[i].Text : "nothing";
            string ours = i < answers.Count ? Encoding.UTF8.GetString(answers[i]) : "nothing";
            bool equal = i < recorded.Count && i < answers.Count && (recorded[i].Cut
                ? answers[i].Length == recorded[i].FullLength && ours.StartsWith(real, StringComparison.Ordinal)
                : AreAlike(real, ours));
            if (equal) continue;
            differences.Add($"{where}, answer {i + 1}");
            differences.Add($"  real:  {Short(real)} ({real.Length})");
            differences.Add($"  model: {Short(ours)} ({ours.Length})");
        }
    }

    /// <summary>What the real node sent by its timer, the model must have sent too: the same messages in the same order.</summary>
    private void CompareTimer(List<string> differences)
    {
        HashSet<string> model = [.. _fromTimer.Select(b => string.Join(' ', Names(Encoding.UTF8.GetString(b))))];
        foreach (RecordedDatagram line in _lines.Take(LinesMax).Where(IsOutgoing).Where(l => IsFromTimer(l.Text)))
        {
            string kind = string.Join(' ', Names(line.Text));
            if (!model.Contains(kind)) differences.Add($"by its timer: real {kind}, model only {string.Join("; ", model)}");
        }
    }

    private bool AreAlike(string real, string ours)
    {
        List<string> names = Names(real);
        if (!names.SequenceEqual(Names(ours))) return false;
        using JsonDocument realDocument = JsonDocument.Parse(real);
        using JsonDocument oursDocument = JsonDocument.Parse(ours);
        bool cookieAsked = names.Contains("PleaseAlwaysReturnThisMessage");
        bool stranger = _node.StartsWith("rust", StringComparison.Ordinal) ? cookieAsked : names[0] == "PleaseAlwaysReturnThisMessage";
        for (int i = 0; i < names.Count; i++)
        {
            JsonElement a = realDocument.RootElement[i].GetProperty(names[i]);
            JsonElement b = oursDocument.RootElement[i].GetProperty(names[i]);
            bool alike = names[i] switch
            {
                "PleaseAlwaysReturnThisMessage" or "PleaseReturnThisMessage" or "SignedMessage" or "MyPublicKey" => SameShape(a, b),
                "SupportedMessages" => FieldNames(a) == FieldNames(b),
                "Peers" or "MaybeTheyHaveSome" => SameAddresses(a, b, stranger && names[i] == "Peers"),
                _ => a.GetRawText() == b.GetRawText(),
            };
            if (!alike) return false;
        }

        return true;
    }

    private static string FieldNames(JsonElement payload) => string.Join(' ', payload.EnumerateObject().Select(p => p.Name));

    /// <summary>The same fields of the same kinds, texts of the same length where they are no times.</summary>
    private static bool SameShape(JsonElement a, JsonElement b) => FieldNames(a) == FieldNames(b)
        && a.EnumerateObject().Zip(b.EnumerateObject()).All(p => p.First.Value.ValueKind == p.Second.Value.ValueKind
            && (p.First.Value.ValueKind != JsonValueKind.String || p.First.Value.GetString()!.Contains('.')
                || p.First.Value.GetString()!.Length == p.Second.Value.GetString()!.Length || p.First.Name == "payload_json"));

    private bool SameAddresses(JsonElement a, JsonElement b, bool stranger)
    {
        if (FieldNames(a) != FieldNames(b)) return false;
        if (a.TryGetProperty("id", out JsonElement id) && id.GetString() != b.GetProperty("id").GetString()) return false;
        HashSet<string> real = [.. a.GetProperty("peers").EnumerateArray().Select(p => p.GetString()!)];
        HashSet<string> ours = [.. b.GetProperty("peers").EnumerateArray().Select(p => p.GetString()!)];
        if (stranger) return ours.Count is 1 or 2 && real.Count is 1 or 2 && ours.IsSubsetOf(_recordedAddresses);
        ours.ExceptWith(MayBeForgotten.Except(real));
        return real.SetEquals(ours);
    }
}
