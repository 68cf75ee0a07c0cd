using Cjp2p.Host.Output;
using CsCheck;

namespace Cjp2p.Host.Tests.Output;

/// <summary>Text of strangers does nothing to a terminal.</summary>
public sealed class VisibleTests
{
    [Theory]
    [InlineData("plain text, ünïcode, 日本語, 🙂", "plain text, ünïcode, 日本語, 🙂")]
    [InlineData("\u001b[2J", @"\u001b[2J")]
    [InlineData("\u0007\b\0", @"\u0007\u0008\u0000")]
    [InlineData("\r\n\t", @"\r\n\t")]
    [InlineData("\u009b31m\u0085", @"\u009b31m\u0085")]
    [InlineData("\u202eevil\u2066", @"\u202eevil\u2066")]
    [InlineData("\u2028\u2029\u200b\ufeff", @"\u2028\u2029\u200b\ufeff")]
    [InlineData("\ue000", @"\ue000")]
    public void What_a_terminal_would_obey_is_shown_instead(string text, string shown) =>
        Assert.Equal(shown, Visible.Escape(text));

    [Fact]
    public void Half_a_pair_of_surrogates_is_shown() => Assert.Equal(@"a\ud800b\udc00", Visible.Escape("a\ud800b\udc00"));

    [Fact]
    public void A_tag_beyond_the_first_plane_is_shown() =>
        Assert.Equal(@"\udb40\udc41", Visible.Escape(char.ConvertFromUtf32(0xE0041)));

    [Fact]
    public void Lines_stay_lines_where_they_are_wanted() => Assert.Equal("a\nb\\r", Visible.EscapeLines("a\nb\r"));

    [Fact]
    public void Nothing_that_comes_out_is_a_control_character() =>
        Gen.String.Sample(text => !Visible.Escape(text).Any(char.IsControl));
}
