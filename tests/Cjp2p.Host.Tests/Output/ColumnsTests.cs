using Cjp2p.Host.Output;

namespace Cjp2p.Host.Tests.Output;

/// <summary>Text in the columns of a terminal.</summary>
public sealed class ColumnsTests
{
    [Theory]
    [InlineData("abc", 3)]
    [InlineData("", 0)]
    [InlineData("日本語", 6)]
    [InlineData("e\u0301", 1)]
    public void Columns_of_a_text_are_those_of_its_characters(string text, int columns) => Assert.Equal(columns, Columns.Of(text));

    [Theory]
    [InlineData("abcd", 4, "abcd")]
    [InlineData("abcde", 4, "abc…")]
    [InlineData("日本語", 6, "日本語")]
    [InlineData("日本語", 5, "日本…")]
    [InlineData("日本語", 4, "日…")]
    [InlineData("a", 0, "")]
    public void What_takes_more_is_cut(string text, int columns, string cut)
    {
        Assert.Equal(cut, Columns.Cut(text, columns));
        Assert.InRange(Columns.Of(cut), 0, columns);
    }

    [Fact]
    public void What_takes_less_is_filled_up() => Assert.Equal("日 ", Columns.Pad("日", 3));
}
