using Cjp2p.Host.Configuration;
using CsCheck;

namespace Cjp2p.Host.Tests.Configuration;

/// <summary>The reader of configuration files: keys with their lines, and no mistake passed over in silence.</summary>
public sealed class HoconFileTests
{
    [Fact]
    public void Each_setting_has_its_full_key_its_value_as_it_stands_and_its_line()
    {
        var settings = HoconFile.Parse(
            """
            # a comment
            cjp2p.name = "node 1" // another
            cjp2p {
              peers { peers-max = 5, floor : 2 }
              listen = [
                "127.0.0.1:1", # and one
                "[::1]:2"
              ]
              content.data = plain text with spaces
              wire { depth-max = 16
              }
            }
            """,
            "node.conf");

        Assert.Equal(
            [
                new Setting("cjp2p.name", "\"node 1\"", "node.conf, line 2"),
                new Setting("cjp2p.peers.peers-max", "5", "node.conf, line 4"),
                new Setting("cjp2p.peers.floor", "2", "node.conf, line 4"),
                new Setting("cjp2p.listen", "[\n    \"127.0.0.1:1\", # and one\n    \"[::1]:2\"\n  ]", "node.conf, line 5"),
                new Setting("cjp2p.content.data", "plain text with spaces", "node.conf, line 9"),
                new Setting("cjp2p.wire.depth-max", "16", "node.conf, line 10"),
            ],
            settings);
    }

    [Fact]
    public void JSON_is_HOCON_too() =>
        Assert.Equal(
            [("cjp2p.name", "\"a\""), ("cjp2p.peers.floor", "1")],
            HoconFile.Parse("""{"cjp2p":{"name":"a","peers":{"floor":1}}}""", "f").Select(one => (one.Key, one.Hocon)));

    [Fact]
    public void A_name_that_needs_quotes_keeps_them() =>
        Assert.Equal(
            "akka.actor.deployment.\"/user/a b\".router",
            Assert.Single(HoconFile.Parse("akka.actor.deployment { \"/user/a b\" { router = x } }", "f")).Key);

    [Theory]
    [InlineData("cjp2p {\n peers {\n  floor = 1\n", "f, line 2: this '{' is never closed")]
    [InlineData("a = 1\n}", "f, line 2: '}' has no beginning")]
    [InlineData("a = 1\nb\nc = 2", "f, line 2: 'b' has no value")]
    [InlineData("a =\nb = 2", "f, line 1: 'a' has no value")]
    [InlineData("a = \"x\nb = 2", "f, line 1: this '\"' is never closed")]
    [InlineData("a = \"\"\"x\nb = 2", "f, line 1: this '\"\"\"' is never closed")]
    [InlineData("a = [1, 2\nb = 2", "f, line 2: a list has a '=' outside of quotes: is its ']' missing, or quotes?")]
    [InlineData("\n\na = [1, 2", "f, line 3: this '[' is never closed")]
    [InlineData("a = [1, {}]", "f, line 1: a list of objects is not supported")]
    [InlineData("a = 127.0.0.1:24254", "f, line 1: the value of 'a' has a ':': put it in quotes")]
    [InlineData("a = x = y", "f, line 1: the value of 'a' has a '=': put it in quotes")]
    [InlineData("a = ]", "f, line 1: ']' has no beginning")]
    [InlineData("a += 1", "f, line 1: '+=' is not supported: give the whole list")]
    [InlineData("include \"other.conf\"", "f, line 1: 'include' is not supported")]
    [InlineData("a = ${b} { c = 1 }", "f, line 1: objects put together from several parts are not supported")]
    [InlineData("a = ${b", "f, line 1: '${' is never closed")]
    [InlineData("a { b = 1 } c", "f, line 1: something follows the '}' of 'a'")]
    [InlineData("= 1", "f, line 1: '=' cannot begin a name")]
    [InlineData("a. = 1", "f, line 1: '=' cannot begin a name")]
    public void A_mistake_is_one_line_with_its_place(string text, string line) =>
        Assert.Equal(line, Assert.Throws<UserException>(() => HoconFile.Parse(text, "f")).Message);

    [Fact]
    public void Nesting_is_bounded()
    {
        Assert.Throws<UserException>(() => HoconFile.Parse(string.Concat(Enumerable.Repeat("a{", 100_000)), "f"));
        Assert.Throws<UserException>(() => HoconFile.Parse("a = " + new string('[', 100_000), "f"));
    }

    [Fact]
    public void Any_text_is_read_or_refused_with_a_line()
    {
        Gen.String[Gen.Char["ab{}[]=:,.\"\\#/ \n\t$+"], 0, 40].Sample(text =>
        {
            try
            {
                HoconFile.Parse(text, "f");
            }
            catch (UserException e)
            {
                Assert.StartsWith("f, line ", e.Message, StringComparison.Ordinal);
            }
        });
    }
}
