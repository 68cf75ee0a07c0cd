using System.Net;
using System.Text;

namespace Cjp2p.Actors.Simulation.Foreign;

/// <summary>A datagram that a peer without a socket wanted to send.</summary>
internal sealed record SentDatagram(IPEndPoint To, byte[] Bytes)
{
    public string Text => Encoding.UTF8.GetString(Bytes);
}
