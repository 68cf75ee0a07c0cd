namespace Cjp2p.Host.Configuration;

/// <summary>
/// Where settings come from, strongest first: command line, environment, the file named with --config, the public network
/// (--public), the command's own defaults, and last the reference configuration of the library.
/// </summary>
/// <param name="CommandLine">What options say.</param>
/// <param name="Environment">Environment variables of the process, or none.</param>
/// <param name="ConfigFile">File named with --config.</param>
/// <param name="IsPublic">Whether --public was given: nothing else loads the addresses of the public network.</param>
/// <param name="CommandDefaults">What the command sets where nobody else does.</param>
internal sealed record SettingsSources(
    IReadOnlyList<Setting> CommandLine,
    IReadOnlyDictionary<string, string> Environment,
    string? ConfigFile,
    bool IsPublic,
    IReadOnlyList<Setting> CommandDefaults);
