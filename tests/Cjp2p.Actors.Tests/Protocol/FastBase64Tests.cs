using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Cjp2p.Actors.Protocol;
using CsCheck;

namespace Cjp2p.Actors.Tests.Protocol;

/// <summary>Does what .NET's own coder does, for every text.</summary>
public sealed class FastBase64Tests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private const byte Untouched = 0xA5;

    [Fact]
    public void Bytes_become_the_text_that_dotnet_makes() =>
        Gen.Byte.Array[0, 500].Sample(bytes =>
        {
            var text = new byte[Base64.GetMaxEncodedToUtf8Length(bytes.Length)];
            FastBase64.Encode(bytes, text);
            Assert.Equal(Convert.ToBase64String(bytes), Encoding.ASCII.GetString(text));
        });

    [Fact]
    public void Text_becomes_the_bytes_it_came_from() =>
        Gen.Byte.Array[0, 500].Sample(bytes =>
        {
            var decoded = new byte[bytes.Length];
            Assert.True(FastBase64.TryDecode(Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes)), decoded, isFinal: true, out var length));
            Assert.Equal(bytes.Length, length);
            Assert.Equal(bytes, decoded);
        });

    [Fact]
    public void Spoilt_text_is_taken_or_refused_as_dotnet_does() =>
        Gen.Select(Gen.Char[Alphabet].Array[0, 50], Gen.Int[0, 199], Gen.Byte).Sample((group, place, other) =>
        {
            var text = new byte[group.Length * 4];
            for (var i = 0; i < text.Length; i++)
                text[i] = (byte)group[i % group.Length];
            if (place < text.Length)
                text[place] = other;
            var expected = new byte[text.Length];
            var status = Base64.DecodeFromUtf8(text, expected, out _, out var expectedBytes);
            var decoded = new byte[text.Length];

            var isTaken = FastBase64.TryDecode(text, decoded, isFinal: true, out var bytes);

            Assert.Equal(status == OperationStatus.Done, isTaken);
            if (isTaken)
                Assert.Equal(expected.AsSpan(0, expectedBytes), decoded.AsSpan(0, bytes));
        }, iter: 20_000);

    [Fact]
    public void Nothing_beyond_the_destination_is_touched() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            var room = Enumerable.Repeat(Untouched, bytes.Length + 64).ToArray();
            Assert.True(FastBase64.TryDecode(
                Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes)), room.AsSpan(32, bytes.Length), isFinal: true, out _));
            Assert.All(room.Take(32).Concat(room.Skip(32 + bytes.Length)), b => Assert.Equal(Untouched, b));
            var text = Enumerable.Repeat(Untouched, Base64.GetMaxEncodedToUtf8Length(bytes.Length) + 64).ToArray();
            FastBase64.Encode(bytes, text.AsSpan(32, text.Length - 64));
            Assert.All(text.Take(32).Concat(text.TakeLast(32)), b => Assert.Equal(Untouched, b));
        });

    [Fact]
    public void What_does_not_fit_is_refused() =>
        Assert.False(FastBase64.TryDecode(Encoding.ASCII.GetBytes(Convert.ToBase64String(new byte[60])), new byte[59], isFinal: true, out _));

    [Fact]
    public void Run_ends_at_the_first_character_that_is_not_in_the_alphabet() =>
        Gen.Select(Gen.Char[Alphabet + "="].Array[0, 150], Gen.Int[0, 160], Gen.Byte).Sample((characters, place, other) =>
        {
            var text = Encoding.ASCII.GetBytes(characters);
            if (place < text.Length)
                text[place] = other;
            var expected = Array.FindIndex(text, b => !(Alphabet + "=").Contains((char)b, StringComparison.Ordinal));
            Assert.Equal(expected < 0 ? text.Length : expected, FastBase64.RunLength(text));
        }, iter: 20_000);
}
