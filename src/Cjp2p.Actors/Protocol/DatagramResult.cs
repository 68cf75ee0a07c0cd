namespace Cjp2p.Actors.Protocol;

/// <summary>What came of reading one datagram.</summary>
/// <param name="Fault">Why the whole datagram is unusable, or <see cref="DatagramFault.None"/>.</param>
/// <param name="Elements">Usable elements, in the order of the datagram; 0 with a fault.</param>
/// <param name="Skipped">Entries of the array that are no usable element, or are beyond the limit; 0 with a fault.</param>
/// <param name="Fast">It was in one of the forms that need no general JSON reading. For counters only.</param>
public readonly record struct DatagramResult(DatagramFault Fault, int Elements, int Skipped, bool Fast);
