using System.Text.Json;
using Cjp2p.Actors.Content;
using Microsoft.Extensions.Logging;

namespace Cjp2p.Host.Http;

/// <summary>
/// What was done to the node from outside, and by whom: a line of the log, and a line of <c>audit.jsonl</c> in the data
/// folder. Bounded: a full file becomes <c>audit.jsonl.1</c>, in place of the one before. Thread-safe.
/// </summary>
internal sealed partial class AuditLog(string folder, ILogger<AuditLog> log)
{
    /// <summary>Bytes of a file at the most.</summary>
    public const int FileBytesMax = 4 * 1024 * 1024;

    private const string FileName = "audit.jsonl";
    private const int KeptMax = 100;
    private readonly Lock _lock = new();
    private readonly Queue<AuditEntry> _last = new();

    /// <summary>The last entries, oldest first.</summary>
    public AuditEntry[] Last
    {
        get
        {
            lock (_lock)
                return [.. _last];
        }
    }

    /// <summary>Writes one down.</summary>
    public void Add(AuditEntry entry)
    {
        LogAction(log, entry.Action, entry.Of, entry.From, entry.Outcome);
        lock (_lock)
        {
            if (_last.Count == KeptMax)
                _last.Dequeue();
            _last.Enqueue(entry);
            if (folder.Length == 0)
                return;
            try
            {
                var path = Path.Combine(folder, FileName);
                if (new FileInfo(path) is { Exists: true, Length: > FileBytesMax })
                    File.Move(path, path + ".1", overwrite: true);
                File.AppendAllText(path, JsonSerializer.Serialize(entry, HttpJson.Default.AuditEntry) + "\n");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogFailure(log, FileName, FileProblems.Describe(e));
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "{Action} {Of} from {From}: {Outcome}")]
    private static partial void LogAction(ILogger log, string action, string of, string from, string outcome);

    [LoggerMessage(LogLevel.Warning, "{File} cannot be written: {Reason}")]
    private static partial void LogFailure(ILogger log, string file, string reason);
}

/// <summary>An action on the node.</summary>
/// <param name="At">When.</param>
/// <param name="From">Where the request came from.</param>
/// <param name="Action">Method and pattern of the address.</param>
/// <param name="Of">What it was about.</param>
/// <param name="Outcome">What came of it.</param>
internal sealed record AuditEntry(DateTimeOffset At, string From, string Action, string Of, string Outcome);
