namespace Cjp2p.Actors.Protocol;

/// <summary>
/// The bounds of everything that is taken from a datagram. They are checked before anything is allocated. A datagram
/// over <see cref="DatagramBytesMax"/> or <see cref="DepthMax"/> is dropped whole; every other limit costs only the
/// element, the entry or the bytes beyond it.
/// </summary>
/// <param name="DatagramBytesMax">Bytes of a datagram; 65,507 is the most that UDP over IPv4 can carry.</param>
/// <param name="ElementsMax">Elements of a datagram that are looked at; the rest are counted as skipped. The nodes of
/// 2026 batch up to 12 replies.</param>
/// <param name="DepthMax">Open brackets at any point, the outer array included; 1 to 64. The messages of LCDP draft 04
/// need 4; the draft says that a reader MUST refuse excessive depth without giving a number.</param>
/// <param name="StringBytesMax">Bytes of one string as written (escapes not resolved); an element with a longer one,
/// at any depth, is skipped.</param>
/// <param name="UnknownRawBytesMax">Bytes kept of the payload of a message we do not know, as a sample for inspection.</param>
/// <param name="NameBytesMax">Bytes of a message name, escapes resolved; an element with a longer one is skipped. The
/// longest name of LCDP draft 04 has 29.</param>
/// <param name="CookieBytesMax">Bytes of the payload, as written, of the four messages that carry any JSON back and
/// forth (PleaseAlwaysReturnThisMessage, AlwaysReturned, PleaseReturnThisMessage, ReturnedMessage); a longer one is
/// skipped, since whoever sends it makes us send it again in every datagram.</param>
/// <param name="PeersMax">Addresses taken from one list of peers; the rest are ignored.</param>
/// <param name="OffsetMax">Largest offset, length or eof, so that adding a datagram's worth of bytes can not overflow.</param>
public sealed record WireLimits(
    int DatagramBytesMax = 65507,
    int ElementsMax = 64,
    int DepthMax = 32,
    int StringBytesMax = 65507,
    int UnknownRawBytesMax = 1024,
    int NameBytesMax = 64,
    int CookieBytesMax = 256,
    int PeersMax = 256,
    long OffsetMax = long.MaxValue - 65536);
