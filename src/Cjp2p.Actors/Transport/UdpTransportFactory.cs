using Cjp2p.Actors.Protocol;
using Cjp2p.Actors.Transport.Linux;

namespace Cjp2p.Actors.Transport;

/// <summary>
/// Opens UDP sockets: with the batched system calls of Linux where there are such, else, or when
/// <see cref="TransportSettings.ForceManaged"/> asks for it, with the sockets of .NET.
/// </summary>
public sealed class UdpTransportFactory : ITransportFactory
{
    /// <inheritdoc/>
    public ITransport Open(in PeerAddress listen, TransportSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.ForceManaged || !LinuxUdpTransport.IsSupported
            ? new ManagedUdpTransport(listen, settings)
            : new LinuxUdpTransport(listen, settings);
    }
}
