using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cjp2p.Actors.Protocol;

/// <summary>
/// The beginning of what <see cref="FastBase64"/> does, 64 characters at a time, where the processor has AVX-512 VBMI (Intel since Ice
/// Lake, AMD since Zen 4): its byte permutations are the tables of base64. Each method stops before the rest that fills no block, and at
/// the first character that is not in the alphabet, and says how far it came; elsewhere that is nowhere. Compiled fully at the first call.
/// </summary>
/// <remarks>
/// The method is that of W. Mula and D. Lemire, "Base64 encoding and decoding at almost the speed of a memory copy" (Software: Practice
/// and Experience 50, 2020).
/// </remarks>
internal static class WideBase64
{
    private const int BlockCharacters = 64;
    private const int BlockBytes = 48;

    private static ReadOnlySpan<byte> Alphabet => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;

    // Six bits of a character, or 0x80 when it is not in the alphabet; of 0 to 63, then of 64 to 127.
    private static readonly Vector512<byte> BitsOfLower = Vector512.Create(BitsOf(0));
    private static readonly Vector512<byte> BitsOfUpper = Vector512.Create(BitsOf(BlockCharacters));
    private static readonly Vector512<byte> Characters = Vector512.Create(Alphabet);

    private static readonly Vector512<byte> SpreadPlaces = Vector512.Create(Spread());
    private static readonly Vector512<byte> GatherPlaces = Vector512.Create(Gather());

    /// <summary>Characters of the alphabet at the beginning, whole blocks of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int RunLength(ReadOnlySpan<byte> text)
    {
        if (!Avx512Vbmi.IsSupported)
            return 0;
        ref var start = ref MemoryMarshal.GetReference(text);
        var (lower, upper) = (BitsOfLower, BitsOfUpper);
        var length = 0;
        while (text.Length - length >= BlockCharacters)
        {
            var characters = Vector512.LoadUnsafe(ref start, (nuint)length);
            if (!AreInAlphabet(characters, Avx512Vbmi.PermuteVar64x8x2(lower, characters, upper)))
                break;
            length += BlockCharacters;
        }

        return length;
    }

    /// <summary>
    /// Decodes whole blocks, never beyond <paramref name="destination"/>, which may hold more changed bytes than the result promises;
    /// returns the characters that were read, of which each four are three bytes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        if (!Avx512Vbmi.IsSupported)
            return 0;
        ref var start = ref MemoryMarshal.GetReference(text);
        ref var to = ref MemoryMarshal.GetReference(destination);
        var (lower, upper, gather) = (BitsOfLower, BitsOfUpper, GatherPlaces);
        var read = 0;
        var written = 0;
        // Each step stores a whole vector, of which the last quarter is overwritten by the next.
        while (text.Length - read >= BlockCharacters && destination.Length - written >= Vector512<byte>.Count)
        {
            var characters = Vector512.LoadUnsafe(ref start, (nuint)read);
            var sixBits = Avx512Vbmi.PermuteVar64x8x2(lower, characters, upper);
            if (!AreInAlphabet(characters, sixBits))
                break;
            // Pairs of six bits to twelve, pairs of twelve to twenty-four.
            var twelve = Avx512BW.MultiplyAddAdjacent(sixBits, Vector512.Create(0x01400140).AsSByte());
            var three = Avx512BW.MultiplyAddAdjacent(twelve, Vector512.Create(0x00011000).AsInt16());
            Avx512Vbmi.PermuteVar64x8(three.AsByte(), gather).StoreUnsafe(ref to, (nuint)written);
            read += BlockCharacters;
            written += BlockBytes;
        }

        return read;
    }

    /// <summary>
    /// Encodes whole blocks, never beyond <paramref name="destination"/>; returns the bytes that were read, of which each three are four
    /// characters.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Encode(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        if (!Avx512Vbmi.IsSupported)
            return 0;
        ref var from = ref MemoryMarshal.GetReference(bytes);
        ref var to = ref MemoryMarshal.GetReference(destination);
        var (spread, characters) = (SpreadPlaces, Characters);
        // Eight bits from each of these places of each eight bytes; of them the lowest six count.
        var places = Vector512.Create(0x3036242a1016040aUL).AsByte();
        var read = 0;
        var written = 0;
        // A vector is read whole, with a quarter of the next.
        while (bytes.Length - read >= Vector512<byte>.Count && destination.Length - written >= BlockCharacters)
        {
            var groups = Avx512Vbmi.PermuteVar64x8(Vector512.LoadUnsafe(ref from, (nuint)read), spread);
            var sixBits = Avx512Vbmi.MultiShift(places, groups.AsUInt64());
            Avx512Vbmi.PermuteVar64x8(characters, sixBits).StoreUnsafe(ref to, (nuint)written);
            read += BlockBytes;
            written += BlockCharacters;
        }

        return read;
    }

    // The tables take seven bits of a character: one with the eighth is in no alphabet.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreInAlphabet(Vector512<byte> characters, Vector512<byte> sixBits) =>
        (characters | sixBits).ExtractMostSignificantBits() == 0;

    // Of each three bytes a, b, c: b, a, c, b, which is how the shifts want them.
    private static byte[] Spread()
    {
        var places = new byte[BlockCharacters];
        for (var at = 0; at < places.Length; at += 4)
        {
            var group = at / 4 * 3;
            places[at] = places[at + 3] = (byte)(group + 1);
            places[at + 1] = (byte)group;
            places[at + 2] = (byte)(group + 2);
        }

        return places;
    }

    // The lowest three of each four bytes, highest first, without gaps.
    private static byte[] Gather()
    {
        var places = new byte[BlockCharacters];
        for (var at = 0; at < BlockBytes; at++)
            places[at] = (byte)((at / 3 * 4) + 2 - (at % 3));
        return places;
    }

    private static byte[] BitsOf(int first)
    {
        var bits = new byte[BlockCharacters];
        Array.Fill(bits, (byte)0x80);
        for (var value = 0; value < Alphabet.Length; value++)
        {
            if (Alphabet[value] - first is >= 0 and < BlockCharacters and var place)
                bits[place] = (byte)value;
        }

        return bits;
    }
}
