using System.CommandLine;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Output;
using Cjp2p.Host.Remote;

namespace Cjp2p.Host.Commands;

/// <summary><c>cjp2p recheck</c>: has the running node look at what it shares.</summary>
internal static class RecheckCommand
{
    public static Command Create()
    {
        var ids = new Argument<string[]>("id") { Description = "Contents to be hashed again, whatever their times say.", Arity = ArgumentArity.ZeroOrMore };
        var node = Options.Node();
        var json = Options.Json("Print a JSON object instead.");
        var command = new Command("recheck", "Have the running node look at its shared folders now; only what may have changed is hashed.") { ids, node, json };
        command.SetAction((parsed, cancelled) => RunAsync(parsed.GetValue(ids) ?? [], parsed.GetValue(node), parsed.GetValue(json), cancelled));
        return command;
    }

    private static async Task<int> RunAsync(string[] ids, string? named, bool json, CancellationToken cancelled)
    {
        foreach (var id in ids)
        {
            if (!ContentId.TryParse(id, out var parsed) || !parsed.IsSha256)
                throw UserException.WrongArguments($"'{id}' is no SHA-256 id");
        }

        using var client = await RunningNodes.GetAsync(named, cancelled).ConfigureAwait(false);
        if (ids.Length == 0)
        {
            await client.PostAsync("/api/recheck", cancelled).ConfigureAwait(false);
            if (!json)
                Terminal.WriteLine("the shared folders are being looked through");
        }

        foreach (var id in ids)
        {
            await client.PostAsync($"/api/content/{id}/recheck", cancelled).ConfigureAwait(false);
            if (!json)
                Terminal.WriteLine($"{id} is being hashed");
        }

        if (json)
            Terminal.WriteJson(new RecheckReport(ids.Length == 0, ids), Json.Lines.RecheckReport);

        return ExitCodes.Done;
    }
}
