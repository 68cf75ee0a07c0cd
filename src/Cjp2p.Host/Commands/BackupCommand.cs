using System.CommandLine;
using Cjp2p.Actors.Content;
using Cjp2p.Actors.Storage;
using Cjp2p.Host.Output;

namespace Cjp2p.Host.Commands;

/// <summary><c>cjp2p backup</c> and <c>cjp2p restore</c>: what a node knows, in one file.</summary>
internal static class BackupCommand
{
    private const string DefaultData = "data";

    public static Command CreateBackup()
    {
        var file = new Argument<string>("file") { Description = "Where to put the copy; it must not exist." };
        var data = Options.Data("Folder of the node's own files (default ./data).");
        var json = Options.Json("Print a JSON object instead.");
        var command = new Command("backup", "Copy what a node knows into one file; the node may run meanwhile.") { file, data, json };
        command.SetAction(parsed => Do(() =>
        {
            var copy = parsed.GetRequiredValue(file);
            SqliteStateFiles.Backup(Folder(parsed.GetValue(data)), Path.GetFullPath(copy));
            if (parsed.GetValue(json))
                Terminal.WriteJson(new BackupReport(copy, new FileInfo(copy).Length), Json.Lines.BackupReport);
            else
                Terminal.WriteLine($"{copy} holds what the node knows; its secret is in it");
        }));
        return command;
    }

    public static Command CreateRestore()
    {
        var file = new Argument<string>("file") { Description = "A file that 'backup' made." };
        var data = Options.Data("Folder of the node's own files (default ./data).");
        var json = Options.Json("Print a JSON object instead.");
        var command = new Command("restore", "Put back what a node knew; the node must not run.") { file, data, json };
        command.SetAction(parsed => Do(() =>
        {
            var aside = SqliteStateFiles.Restore(
                Path.GetFullPath(parsed.GetRequiredValue(file)), Folder(parsed.GetValue(data)), TimeProvider.System.GetUtcNow());
            if (parsed.GetValue(json))
                Terminal.WriteJson(new RestoreReport(Folder(parsed.GetValue(data)), aside), Json.Lines.RestoreReport);
            else
                Terminal.WriteLine(aside is null ? "restored" : $"restored; what was there before is set aside as {aside}");
        }));
        return command;
    }

    private static string Folder(string? data) => Path.GetFullPath(data ?? DefaultData);

    private static int Do(Action action)
    {
        try
        {
            action();
            return ExitCodes.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NodeStateInUseException)
        {
            throw UserException.Failed(FileProblems.Describe(e), e);
        }
    }
}
