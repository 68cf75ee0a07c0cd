namespace Cjp2p.Host.Http;

/// <summary>One address of the API, with what its description says.</summary>
/// <param name="Method">GET, POST or DELETE.</param>
/// <param name="Path">Pattern of the address.</param>
/// <param name="Summary">What it does, in one sentence.</param>
/// <param name="Handler">Does it.</param>
internal sealed record ApiEndpoint(string Method, string Path, string Summary, Func<ApiCall, Task> Handler)
{
    /// <summary>What it answers as JSON; null: nothing, or something else.</summary>
    public Type? Answer { get; init; }

    /// <summary>Media type of the answer when it is no JSON.</summary>
    public string? Media { get; init; }

    /// <summary>What each event of a stream is, as JSON; null: it is no stream.</summary>
    public Type? Event { get; init; }

    /// <summary>What it takes as JSON; null: nothing.</summary>
    public Type? Body { get; init; }

    /// <summary>Parameters of the query, with what they mean.</summary>
    public (string Name, string Description)[] Query { get; init; } = [];

    /// <summary>Whether it is about the program around a node: those of a simulated world have none, and refuse.</summary>
    public bool IsLiveOnly { get; init; }

    /// <summary>Whether it changes something: then it needs the token and is written down.</summary>
    public bool IsAction => Method != "GET";
}
