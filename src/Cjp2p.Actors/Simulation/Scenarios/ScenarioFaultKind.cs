namespace Cjp2p.Actors.Simulation.Scenarios;

/// <summary>What goes wrong.</summary>
public enum ScenarioFaultKind
{
    /// <summary>Power goes: what was not flushed is lost or torn sector by sector.</summary>
    Crash,

    /// <summary>Power goes in the middle of what the node writes to its disk.</summary>
    PowerCut,

    /// <summary>Nodes stop in good order.</summary>
    Leave,

    /// <summary>Nodes come and go all the time, with sessions of realistic lengths.</summary>
    Churn,

    /// <summary>Some and the rest cannot reach each other.</summary>
    Partition,

    /// <summary>What some send does not reach the rest, while the other way works.</summary>
    PartitionOneWay,

    /// <summary>Each is cut off from everybody.</summary>
    Isolate,

    /// <summary>Links stop to move one by one without losing anything, and go on one by one in another order.</summary>
    Clog,

    /// <summary>Packets are lost.</summary>
    Loss,

    /// <summary>Each operation of the disk takes time.</summary>
    SlowDisk,

    /// <summary>The disk has little room left.</summary>
    FullDisk,

    /// <summary>Reading, writing and flushing fail.</summary>
    BrokenDisk,

    /// <summary>The network interface goes away, and cannot be opened while it is away.</summary>
    InterfaceDown,

    /// <summary>The router is switched off and on: all its mappings are gone.</summary>
    NatReboot,

    /// <summary>The clock is set.</summary>
    ClockJump,

    /// <summary>The clock runs fast or slow.</summary>
    ClockDrift,
}
