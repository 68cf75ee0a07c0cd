using System.Net;
using System.Text;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>A datagram that arrived at a peer, with the peer's own time of arrival.</summary>
internal sealed record ReceivedDatagram(IPEndPoint From, byte[] Bytes, TimeSpan At)
{
    public string Text => Encoding.UTF8.GetString(Bytes);
}
