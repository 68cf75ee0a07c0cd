using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Cjp2p.Host.Commands;

/// <summary>The commands of the program, and what all of them have in common: help with an example, one line for an error.</summary>
internal static class CommandTree
{
    private static readonly Dictionary<string, string[]> Examples = new()
    {
        ["cjp2p"] = ["cjp2p run", "cjp2p share photos --listen 127.0.0.1:0", "cjp2p get 5891b5b5... --peer 127.0.0.1:24254"],
        ["run"] = ["cjp2p run --share photos --listen 192.168.1.5:24254 --peer 192.168.1.6:24254"],
        ["get"] =
        [
            "cjp2p get 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03 --peer 127.0.0.1:24254 -o hello.txt",
        ],
        ["share"] = ["cjp2p share photos movie.mkv"],
        ["id"] = ["cjp2p id movie.mkv"],
        ["peers"] = ["cjp2p peers --peer 127.0.0.1:24254"],
        ["ping"] = ["cjp2p ping 127.0.0.1:24254 -c 10"],
        ["recheck"] = ["cjp2p recheck", "cjp2p recheck 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"],
        ["backup"] = ["cjp2p backup node-backup.db --data /var/lib/cjp2p"],
        ["restore"] = ["cjp2p restore node-backup.db --data /var/lib/cjp2p"],
        ["inspect"] = ["cjp2p inspect", "cjp2p inspect /peers", "cjp2p inspect /peers --watch --field verified"],
        ["top"] = ["cjp2p top", "cjp2p top --node 127.0.0.1:24255"],
        ["tap"] = ["cjp2p tap --message PleaseSendContent", "cjp2p tap --peer 127.0.0.1 -w capture.jsonl"],
        ["send"] = ["cjp2p send 127.0.0.1:24254 '[{\"PleaseSendPeers\":{}}]' --wait 500"],
        ["simulate"] =
        [
            "cjp2p simulate --scenario churn-day --peers 50 --seed 7",
            "cjp2p simulate --scenario poisoners-40 --seeds 1..100",
        ],
    };

    /// <summary>Runs the command that <paramref name="arguments"/> name; returns the exit code of the process.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using var stop = new StopSignals();
        var root = Create(stop, arguments.FirstOrDefault());
        // No @files: a datagram or a file name may begin with @.
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var name = Name(parsed.CommandResult.Command);
        var json = WantsJson(parsed);
        if (parsed.Errors.Count > 0 && parsed.Action is not (HelpAction or HelpWithExamples))
            return Fail(name, $"{Describe(parsed)}; see '{name} --help'", ExitCodes.WrongArguments);
        if (WithoutText(parsed) is { } empty)
            return Fail(name, $"{empty} is empty; see '{name} --help'", ExitCodes.WrongArguments);
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                stop.Token).ConfigureAwait(false);
        }
        catch (UserException e)
        {
            return e.ExitCode == ExitCodes.WrongArguments
                ? Fail(name, $"{e.Message}; see '{name} --help'", e.ExitCode)
                : Fail(name, e.Message, e.ExitCode, json ? e.Report ?? new ErrorReport(e.Message) : null);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            return Fail(name, "interrupted", ExitCodes.Failed, json ? new ErrorReport("interrupted") : null);
        }
        catch (IOException e) when (e.HResult is 32 or -2147024664)
        {
            // Whoever read our output has closed it (cjp2p ... | head).
            return ExitCodes.Failed;
        }
        catch (Exception e)
        {
            // A mistake of ours, or a setting of Akka that it does not like: one line, and all of it for who asks.
            if (arguments.Contains("--verbose") || arguments.Contains("-v"))
                await Console.Error.WriteLineAsync(Output.Visible.EscapeLines(e.ToString())).ConfigureAwait(false);
            var line = $"internal error, {e.GetType().Name}: {e.Message} (--verbose tells more)";
            return Fail(name, line, ExitCodes.Failed, json ? new ErrorReport(line) : null);
        }
    }

    // All of them, or the one that is asked for: making options takes a tenth of the start.
    private static RootCommand Create(StopSignals stop, string? asked)
    {
        var root = new RootCommand("A node of the Connectionless JSON P2P Protocol (CJP2P): shares and fetches files over UDP.");
        var commands = Commands(stop);
        var one = commands.FirstOrDefault(command => command.Name == asked).Create;
        foreach (var create in one is null ? commands.Select(command => command.Create) : [one])
            root.Add(create());
        foreach (var option in root.Options.OfType<HelpOption>())
            option.Action = new HelpWithExamples((HelpAction)option.Action!);
        return root;
    }

    private static (string Name, Func<Command> Create)[] Commands(StopSignals stop) =>
    [
        ("run", () => RunCommand.Create(stop)),
        ("get", GetCommand.Create),
        ("share", ShareCommand.Create),
        ("id", IdCommand.Create),
        ("peers", PeersCommand.Create),
        ("ping", PingCommand.Create),
        ("send", SendCommand.Create),
        ("recheck", RecheckCommand.Create),
        ("backup", BackupCommand.CreateBackup),
        ("restore", BackupCommand.CreateRestore),
        ("inspect", InspectCommand.Create),
        ("top", TopCommand.Create),
        ("tap", TapCommand.Create),
        ("simulate", SimulateCommand.Create),
    ];

    private static string Name(Command command) => command is RootCommand ? "cjp2p" : "cjp2p " + command.Name;

    // The first error says it; those after it are mostly its consequences.
    private static string Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command is RootCommand root)
        {
            var names = string.Join(", ", root.Subcommands.Select(one => one.Name));
            return parsed.UnmatchedTokens.Count == 0
                ? $"a command is missing: {names}"
                : $"'{parsed.UnmatchedTokens[0]}' is no command: {names}";
        }

        var missing = command.Arguments.FirstOrDefault(argument =>
            argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is not { Tokens.Count: > 0 });
        return missing is not null
            ? $"<{missing.HelpName ?? missing.Name}> is missing"
            : parsed.Errors[0].Message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
    }

    // No file, folder or name is empty. A datagram may be.
    private static string? WithoutText(ParseResult parsed) => parsed.CommandResult.Children
        .Where(given => given.Tokens.Any(token => token.Value.Length == 0))
        .Select(given => given switch
        {
            OptionResult option => option.Option.Name,
            ArgumentResult argument when argument.Argument.Name != SendCommand.Datagram => $"<{argument.Argument.HelpName ?? argument.Argument.Name}>",
            _ => null,
        })
        .FirstOrDefault(name => name is not null);

    private static bool WantsJson(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.OfType<Option<bool>>().FirstOrDefault(option => option.Name == "--json") is { } json
        && parsed.GetValue(json);

    private static int Fail(string name, string line, int exitCode, ErrorReport? json = null)
    {
        if (json is not null)
            Output.Terminal.WriteJson(json, Output.Json.Lines.ErrorReport);
        Output.Terminal.WriteErrorLine($"{name}: {line.ReplaceLineEndings(" ")}");
        return exitCode;
    }

    /// <summary>The help of System.CommandLine, and an example.</summary>
    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            help.Invoke(parseResult);
            var command = parseResult.CommandResult.Command;
            var examples = Examples[command is RootCommand ? "cjp2p" : command.Name];
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine(examples.Length == 1 ? "Example:" : "Examples:");
            foreach (var example in examples)
                output.WriteLine("  " + example);
            return ExitCodes.Done;
        }
    }
}
