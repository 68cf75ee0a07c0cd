using System.CommandLine;
using System.Security.Cryptography;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Output;

namespace Cjp2p.Host.Commands;

/// <summary><c>cjp2p id</c>: the id of a file.</summary>
internal static class IdCommand
{
    private const int BufferBytes = 1024 * 1024;

    public static Command Create()
    {
        var path = new Argument<string>("file") { Description = "The file." };
        var json = Options.Json("Print a JSON object instead.");
        var command = new Command("id", "Print the id of a file: the SHA-256 of its bytes.") { path, json };
        command.SetAction((parsed, cancelled) => RunAsync(parsed.GetRequiredValue(path), parsed.GetValue(json), cancelled));
        return command;
    }

    /// <summary>The id and length of a file.</summary>
    public static async Task<(ContentId Id, long LengthBytes)> HashAsync(string path, CancellationToken cancelled)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        var buffer = new byte[BufferBytes];
        long length = 0;
        for (int bytes; (bytes = await file.ReadAsync(buffer, cancelled).ConfigureAwait(false)) > 0; length += bytes)
            hash.AppendData(buffer, 0, bytes);
        return (ContentId.FromSha256(Sha256Digest.FromBytes(hash.GetHashAndReset())), length);
    }

    private static async Task<int> RunAsync(string path, bool json, CancellationToken cancelled)
    {
        try
        {
            var (id, length) = await HashAsync(path, cancelled).ConfigureAwait(false);
            if (json)
                Terminal.WriteJson(new IdReport(id.ToString(), length, path), Json.Lines.IdReport);
            else
                Terminal.WriteLine(id.ToString());
            return ExitCodes.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserException.Failed(
                Directory.Exists(path) ? $"{path} is a folder; only a file has an id" : $"{path}: {FileProblems.Describe(e)}", e);
        }
    }
}
