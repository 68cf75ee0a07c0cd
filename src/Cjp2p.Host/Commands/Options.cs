using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Configuration;
using Cjp2p.Host.Logging;

namespace Cjp2p.Host.Commands;

/// <summary>Options that several commands have, each with the same name, meaning and error line everywhere.</summary>
internal static class Options
{
    private const string AddressForm = "an address is ip:port or [ipv6]:port, such as 127.0.0.1:24254";

    public static Option<PeerAddress[]> Peers(string description) => new("--peer", "-p")
    {
        Description = description,
        HelpName = "ip:port",
        CustomParser = result => [.. result.Tokens.Select(token => Peer(result, token.Value))],
        Arity = ArgumentArity.OneOrMore,
    };

    public static Option<PeerAddress[]> Listen(string description) => new("--listen", "-l")
    {
        Description = description,
        HelpName = "ip:port|interface:port",
        CustomParser = result => [.. result.Tokens.SelectMany(token => ListenOn(result, token.Value))],
        Arity = ArgumentArity.OneOrMore,
    };

    public static Argument<PeerAddress> PeerArgument() => new("address")
    {
        Description = "The peer, as ip:port or [ipv6]:port.",
        HelpName = "ip:port",
        CustomParser = result => Peer(result, result.Tokens[0].Value),
    };

    public static Option<string> Config() => new("--config")
    {
        Description = "Read settings from this HOCON file.",
        HelpName = "file",
    };

    public static Option<bool> Public() => new("--public")
    {
        Description = "Join the public network: load its addresses and listen on all interfaces.",
    };

    public static Option<string[]> Set() => new("--set")
    {
        Description = "Set any setting of the node, such as peers.peers-max=500; repeatable.",
        HelpName = "key=value",
        Arity = ArgumentArity.OneOrMore,
    };

    public static Option<string> Data(string description) => new("--data")
    {
        Description = description,
        HelpName = "folder",
    };

    public static Option<string> Node() => new("--node", "-n")
    {
        Description = "The running node: address of its HTTP API (of a simulated world with /node-3 behind it), or its data folder (default: the node that runs here).",
        HelpName = "ip:port|folder",
    };

    public static Option<bool> Json(string description) => new("--json") { Description = description };

    public static Option<bool> Verbose() => new("--verbose", "-v") { Description = "Log what the node does, to standard error." };

    public static Option<LogForm> Log()
    {
        var log = new Option<LogForm>("--log")
        {
            Description = "Form of log lines on standard error: text or json.",
            HelpName = "text|json",
            CustomParser = result => result.Tokens[0].Value switch
            {
                "text" => LogForm.Text,
                "json" => LogForm.Json,
                var other => Wrong<LogForm>(result, $"--log is text or json, not '{other}'"),
            },
        };
        return log;
    }

    /// <summary>A positive number of seconds, up to ten years.</summary>
    public static TimeSpan? Seconds(ArgumentResult result, string name) =>
        double.TryParse(result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds is > 0 and <= 315_360_000
            ? TimeSpan.FromSeconds(seconds)
            : Wrong<TimeSpan?>(result, $"{name} is a number of seconds above 0, not '{result.Tokens[0].Value}'");

    /// <summary>A whole number within bounds.</summary>
    public static int Whole(ArgumentResult result, string name, int least, int most) =>
        int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : Wrong<int>(result, $"{name} is a whole number from {least} to {most}, not '{result.Tokens[0].Value}'");

    private static PeerAddress[] ListenOn(SymbolResult result, string text) =>
        ListenAddresses.TryExpand(text, out var addresses, out var problem) ? addresses : Wrong<PeerAddress[]>(result, problem) ?? [];

    public static PeerAddress Address(SymbolResult result, string text) =>
        PeerAddress.TryParse(text, out var address) ? address : Wrong<PeerAddress>(result, $"'{text}': {AddressForm}");

    /// <summary>Refuses an argument with a line for the user.</summary>
    public static T? Wrong<T>(SymbolResult result, string line)
    {
        result.AddError(line);
        return default;
    }

    /// <summary>A setting given as <c>key=value</c>; <c>cjp2p.</c> may be left out.</summary>
    public static Setting ReadSetting(string text)
    {
        var origin = $"--set {text}";
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at <= 0)
            throw UserException.WrongArguments($"{origin}: a setting is key=value, such as peers.peers-max=500");
        var key = text[..at].Trim();
        if (!key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw UserException.WrongArguments($"{origin}: '{key}' is no key, such as peers.peers-max");
        if (!key.StartsWith("cjp2p.", StringComparison.Ordinal) && !key.StartsWith("akka.", StringComparison.Ordinal))
            key = "cjp2p." + key;
        try
        {
            return new Setting(key, EnvironmentSettings.ToHocon(key, text[(at + 1)..], origin), origin, IsArgument: true);
        }
        catch (UserException e)
        {
            throw UserException.WrongArguments(e.Message);
        }
    }

    private static PeerAddress Peer(SymbolResult result, string text)
    {
        var address = Address(result, text);
        if (result.Errors.Any())
            return default;
        return address.Port == 0 || address.IsUnspecified || address.IsMulticast || address.IsBroadcast
            ? Wrong<PeerAddress>(result, $"'{text}' is no address of a peer")
            : address;
    }
}
