using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cjp2p.Actors.Protocol;

/// <summary>
/// Standard base64 (RFC 4648 section 4), 64 characters at a time where <see cref="WideBase64"/> can, 32 where the processor has AVX2, and
/// with .NET's own coder for the rest of a text and everywhere else. It exists because of the first second of a process: .NET's vector code is
/// generic, so it is not compiled ahead of time and runs unoptimized until it is compiled again (docs/performance.md says what
/// that cost). The methods here are compiled once, fully, when they are first called.
/// </summary>
/// <remarks>
/// The method is that of W. Mula and D. Lemire, "Faster Base64 Encoding and Decoding using AVX2 Instructions"
/// (ACM Transactions on the Web 12, 2018).
/// </remarks>
internal static class FastBase64
{
    private const int BlockCharacters = 32;
    private const int BlockBytes = 24;

    // A character is in the alphabet when the entries of its two halves share no bit.
    private static Vector256<byte> ByLowHalf
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(Vector128.Create(
            (byte)0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A));
    }

    private static Vector256<byte> ByHighHalf
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(Vector128.Create(
            (byte)0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10));
    }

    // What is added to a character to get its six bits, by its high half; '/' takes the entry before its own.
    private static Vector256<sbyte> ToBits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(Vector128.Create(
            0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0));
    }

    // What is added to six bits to get their character: a-z, 0-9 (ten times), '+', '/', A-Z.
    private static Vector256<sbyte> ToCharacter
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(Vector128.Create(
            71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 65, 0, 0));
    }

    /// <summary>Characters of the alphabet, or '=', at the beginning of <paramref name="text"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int RunLength(ReadOnlySpan<byte> text)
    {
        var length = WideBase64.RunLength(text);
        if (Avx2.IsSupported)
        {
            ref var start = ref MemoryMarshal.GetReference(text);
            while (text.Length - length >= BlockCharacters)
            {
                var characters = Vector256.LoadUnsafe(ref start, (nuint)length);
                if (!AreInAlphabet(characters, HighHalves(characters)))
                    break;
                length += BlockCharacters;
            }
        }

        while (length < text.Length
            && (char.IsAsciiLetterOrDigit((char)text[length]) || text[length] is (byte)'+' or (byte)'/' or (byte)'='))
        {
            length++;
        }

        return length;
    }

    /// <summary>
    /// Decodes <paramref name="text"/>, whole groups of four characters, as .NET does (which passes over white space; then
    /// <paramref name="bytes"/> is less than the length promises). False when it is not base64 or does not fit; the
    /// destination may have changed then. Never writes beyond <paramref name="destination"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> destination, bool isFinal, out int bytes)
    {
        var read = WideBase64.Decode(text, destination);
        bytes = read / 4 * 3;
        if (Avx2.IsSupported)
        {
            ref var start = ref MemoryMarshal.GetReference(text);
            ref var to = ref MemoryMarshal.GetReference(destination);
            // Each step stores a whole vector, of which the last quarter is overwritten by the next.
            while (text.Length - read >= BlockCharacters && destination.Length - bytes >= Vector256<byte>.Count)
            {
                var characters = Vector256.LoadUnsafe(ref start, (nuint)read);
                var high = HighHalves(characters);
                if (!AreInAlphabet(characters, high))
                    break;
                var isSlash = Avx2.CompareEqual(characters, Vector256.Create((byte)'/'));
                var sixBits = Avx2.Add(
                    characters.AsSByte(), Avx2.Shuffle(ToBits, Avx2.Add(isSlash, high).AsSByte()));
                // Pairs of six bits to twelve, pairs of twelve to twenty-four, then the three bytes of each in order.
                var twelve = Avx2.MultiplyAddAdjacent(sixBits.AsByte(), Vector256.Create(0x01400140).AsSByte());
                var three = Avx2.MultiplyAddAdjacent(twelve, Vector256.Create(0x00011000).AsInt16());
                var packed = Avx2.Shuffle(three.AsByte(), Vector256.Create(Vector128.Create(
                    (byte)2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 255, 255, 255, 255)));
                Avx2.PermuteVar8x32(packed.AsInt32(), Vector256.Create(0, 1, 2, 4, 5, 6, 7, 7)).AsByte()
                    .StoreUnsafe(ref to, (nuint)bytes);
                read += BlockCharacters;
                bytes += BlockBytes;
            }
        }

        if (read == text.Length)
            return true;
        var status = Base64.DecodeFromUtf8(text[read..], destination[bytes..], out _, out var rest, isFinal);
        bytes += rest;
        return status == OperationStatus.Done;
    }

    /// <summary>Encodes <paramref name="bytes"/>, padded; the destination has room for all characters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Encode(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        var read = WideBase64.Encode(bytes, destination);
        var written = read / 3 * 4;
        if (Avx2.IsSupported)
        {
            ref var from = ref MemoryMarshal.GetReference(bytes);
            ref var to = ref MemoryMarshal.GetReference(destination);
            // Each half of the vector takes twelve bytes, and is read with four more.
            while (bytes.Length - read >= BlockBytes + 4 && destination.Length - written >= BlockCharacters)
            {
                var halves = Vector256.Create(
                    Vector128.LoadUnsafe(ref from, (nuint)read), Vector128.LoadUnsafe(ref from, (nuint)read + (BlockBytes / 2)));
                var spread = Avx2.Shuffle(halves, Vector256.Create(Vector128.Create(
                    (byte)1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10)));
                var first = Avx2.MultiplyHigh(
                    Avx2.And(spread, Vector256.Create(0x0FC0FC00u).AsByte()).AsUInt16(), Vector256.Create(0x04000040u).AsUInt16());
                var second = Avx2.MultiplyLow(
                    Avx2.And(spread, Vector256.Create(0x003F03F0u).AsByte()).AsUInt16(), Vector256.Create(0x01000010u).AsUInt16());
                var sixBits = Avx2.Or(first, second).AsByte();
                // 0 for what is below 52, then 1 and so on; 13 for what is below 26.
                var kind = Avx2.Or(
                    Avx2.SubtractSaturate(sixBits, Vector256.Create((byte)51)),
                    Avx2.And(
                        Avx2.CompareGreaterThan(Vector256.Create((sbyte)26), sixBits.AsSByte()).AsByte(), Vector256.Create((byte)13)));
                Avx2.Add(sixBits, Avx2.Shuffle(ToCharacter.AsByte(), kind)).StoreUnsafe(ref to, (nuint)written);
                read += BlockBytes;
                written += BlockCharacters;
            }
        }

        Base64.EncodeToUtf8(bytes[read..], destination[written..], out _, out _);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> HighHalves(Vector256<byte> characters) =>
        Avx2.And(Avx2.ShiftRightLogical(characters.AsInt32(), 4).AsByte(), Vector256.Create((byte)0x2F));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreInAlphabet(Vector256<byte> characters, Vector256<byte> high)
    {
        var low = Avx2.And(characters, Vector256.Create((byte)0x2F));
        return Avx.TestZ(Avx2.Shuffle(ByLowHalf, low), Avx2.Shuffle(ByHighHalf, high));
    }
}
