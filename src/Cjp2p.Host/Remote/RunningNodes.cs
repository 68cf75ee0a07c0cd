using Cjp2p.Host.Http;

namespace Cjp2p.Host.Remote;

/// <summary>Finds the node that runs, by the file that it leaves in its data folder. Cheap when there is none.</summary>
internal static class RunningNodes
{
    /// <summary>Environment variable with the token for a node that was named by its address.</summary>
    public const string TokenVariable = "CJP2P_TOKEN";

    private const string NodeMark = "/node-";
    private const string DefaultFolder = "data";
    private const string FolderVariable = "CJP2P__CONTENT__DATA";

    /// <summary>Where a node that nobody named may have left its file.</summary>
    private static string DefaultFile => Path.Combine(
        Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder ? folder : DefaultFolder, NodeFile.Name);

    /// <summary>Whether a node seems to run here: its file is there.</summary>
    public static bool IsLikely => File.Exists(DefaultFile);

    /// <summary>The node that was named, which has to be there; or the one that runs here, or null.</summary>
    public static async Task<NodeClient?> GetOrFindAsync(string? named, CancellationToken cancelled) => named is null
        ? await FindAsync(cancelled).ConfigureAwait(false)
        : await GetAsync(named, cancelled).ConfigureAwait(false);

    /// <summary>The node that runs here and answers; null: none does.</summary>
    public static async Task<NodeClient?> FindAsync(CancellationToken cancelled)
    {
        if (!File.Exists(DefaultFile))
            return null;
        return NodeFile.Read(DefaultFile) is { } file ? await NodeClient.ConnectAsync(file.Http, file.Token, cancelled).ConfigureAwait(false) : null;
    }

    /// <summary>The node that was named, or else the one that runs here.</summary>
    /// <param name="named">
    /// ip:port of its HTTP API, for a node of a simulated world with <c>/node-3</c> behind it, or its data folder; null: nobody
    /// was named.
    /// </param>
    /// <param name="cancelled">Cancels waiting.</param>
    /// <exception cref="UserException">There is none.</exception>
    public static async Task<NodeClient> GetAsync(string? named, CancellationToken cancelled)
    {
        if (named is null)
        {
            return await FindAsync(cancelled).ConfigureAwait(false)
                ?? throw UserException.Failed(
                    $"no node runs here ({DefaultFile} names none): name one with --node, by the address of its HTTP API or by its data folder");
        }

        if (Directory.Exists(named))
        {
            var path = Path.Combine(named, NodeFile.Name);
            var file = NodeFile.Read(path) ?? throw UserException.Failed($"no node runs with the data folder {named}: there is no {path}");
            return await NodeClient.ConnectAsync(file.Http, file.Token, cancelled).ConfigureAwait(false)
                ?? throw UserException.Failed($"the node at {file.Http} does not answer");
        }

        var (address, number) = Split(named);
        if (!System.Net.IPEndPoint.TryParse(address, out var endpoint) || endpoint.Port == 0)
            throw UserException.WrongArguments($"--node is ip:port of the HTTP API of a node (of a simulated world ip:port/node-3), or its data folder, not '{named}'");
        var token = Environment.GetEnvironmentVariable(TokenVariable) ?? TokenOf(endpoint.ToString());
        return await NodeClient.ConnectAsync(endpoint.ToString(), token, cancelled, number).ConfigureAwait(false)
            ?? throw UserException.Failed($"no node answers HTTP at {endpoint}");
    }

    // As the page names them.
    private static (string Address, int? Number) Split(string named) =>
        named.LastIndexOf(NodeMark, StringComparison.Ordinal) is > 0 and var at
            && int.TryParse(named.AsSpan(at + NodeMark.Length), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? (named[..at], number)
            : (named, null);

    // The node that runs here may be the one that was named.
    private static string? TokenOf(string http) => NodeFile.Read(DefaultFile) is { } file && file.Http == http ? file.Token : null;
}
