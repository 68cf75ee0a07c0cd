namespace Cjp2p.Actors.Transport.Linux;

/// <summary>
/// The tables that recvmmsg and sendmmsg work on, in native memory: for each datagram of a batch a header, the place of
/// its bytes, and an address.
/// </summary>
internal sealed unsafe class MessageTable : IDisposable
{
    /// <summary>Room for the longer of the two kinds of address, aligned.</summary>
    private const int AddressRoomBytes = 32;

    private readonly NativeBuffer _memory;
    private readonly MultiMessageHeader* _messages;
    private readonly BufferVector* _vectors;
    private readonly byte* _addresses;
    private readonly int _addressBytes;

    public MessageTable(int count, bool ipv6)
    {
        Count = count;
        _addressBytes = SocketAddressBytes.Length(ipv6);
        _memory = new NativeBuffer(
            count * (sizeof(MultiMessageHeader) + sizeof(BufferVector) + AddressRoomBytes));
        _memory.Clear();
        _messages = (MultiMessageHeader*)_memory.Start;
        _vectors = (BufferVector*)(_messages + count);
        _addresses = (byte*)(_vectors + count);
        ushort family = ipv6 ? LibC.AF_INET6 : LibC.AF_INET;
        for (int i = 0; i < count; i++)
        {
            byte* address = _addresses + (i * AddressRoomBytes);
            *(ushort*)address = family;
            _messages[i].Header.Name = address;
            _messages[i].Header.NameBytes = (uint)_addressBytes;
            _messages[i].Header.Vectors = _vectors + i;
            _messages[i].Header.VectorCount = 1;
        }
    }

    /// <summary>How many datagrams it has room for.</summary>
    public int Count { get; }

    /// <summary>The first header, for the system call.</summary>
    public MultiMessageHeader* Messages => _messages;

    /// <summary>Says where the bytes of datagram <paramref name="index"/> are, or are to be put.</summary>
    public void SetBuffer(int index, byte* start, int bytes)
    {
        _vectors[index].Start = start;
        _vectors[index].Bytes = (nuint)bytes;
    }

    /// <summary>The address of datagram <paramref name="index"/>, all of its room.</summary>
    public Span<byte> Address(int index) => new(_messages[index].Header.Name, _addressBytes);

    /// <summary>The part of the address that the kernel wrote.</summary>
    public ReadOnlySpan<byte> ReceivedAddress(int index) =>
        new(_messages[index].Header.Name, (int)Math.Min(_messages[index].Header.NameBytes, (uint)_addressBytes));

    /// <summary>Undoes what the kernel wrote into the headers of the first <paramref name="count"/> datagrams.</summary>
    public void Reset(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _messages[i].Header.NameBytes = (uint)_addressBytes;
            _messages[i].Header.Flags = 0;
        }
    }

    public void Dispose() => _memory.Dispose();
}
