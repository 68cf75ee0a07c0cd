using System.Net;
using System.Text;

namespace Cjp2p.Host.Tests.TestPeers;

/// <summary>One line of a recording of real nodes. A cut one holds only the beginning of the datagram.</summary>
public sealed record RecordedDatagram(
    string From, string To, IPEndPoint FromAddress, IPEndPoint ToAddress, TimeSpan At, byte[] Bytes, bool Cut, int FullLength)
{
    public string Text => Encoding.UTF8.GetString(Bytes);
}
