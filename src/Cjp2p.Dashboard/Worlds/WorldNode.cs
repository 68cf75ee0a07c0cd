namespace Cjp2p.Dashboard.Worlds;

/// <summary>A node of a world that somebody looks at.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Group">Its group in the scenario.</param>
/// <param name="IsUp">Whether it runs.</param>
/// <param name="IsOurs">Whether it is a node of ours, which can be looked into; the others are models of foreign or hostile peers.</param>
public sealed record WorldNode(int Number, string Name, string Group, bool IsUp, bool IsOurs);
