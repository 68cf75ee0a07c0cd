using Microsoft.AspNetCore.Components;

namespace Cjp2p.Dashboard;

/// <summary>A peer was picked on the map.</summary>
public sealed class PeerPickedEventArgs : EventArgs
{
    /// <summary>Which, in the order in which they were drawn.</summary>
    public int Index { get; set; }
}

/// <summary>Names the events of our own elements.</summary>
[EventHandler("onpeerpicked", typeof(PeerPickedEventArgs), enableStopPropagation: true, enablePreventDefault: true)]
public static class EventHandlers;
