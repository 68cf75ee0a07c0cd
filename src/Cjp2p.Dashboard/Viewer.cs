namespace Cjp2p.Dashboard;

/// <summary>Whoever looks at one page: whether the page can be seen, and what is wanted of it.</summary>
public sealed class Viewer
{
    /// <summary>Whether the page can be seen; one in the background is not kept up to date.</summary>
    public bool IsVisible { get; set; } = true;

    /// <summary>Number of the node that is looked at, in a simulated world.</summary>
    public int NodeNumber { get; set; }

    /// <summary>Opens the view of an actor, with its path.</summary>
    public Action<string>? OnOpenActor { get; set; }

    /// <summary>Opens the view of an actor.</summary>
    /// <param name="path">Its path.</param>
    public void OpenActor(string path) => OnOpenActor?.Invoke(path);

    /// <summary>The path of a peer's actor.</summary>
    /// <param name="address">The peer.</param>
    public static string PathOf(Actors.Protocol.PeerAddress address) => "/peers/" + Uri.EscapeDataString(address.ToString());
}
