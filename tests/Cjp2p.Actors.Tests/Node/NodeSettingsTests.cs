using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Cjp2p.Actors.Node;
using Cjp2p.Actors.Protocol;

namespace Cjp2p.Actors.Tests.Node;

public sealed partial class NodeSettingsTests
{
    // Values of every kind: whatever a key is, one of them is another value than its default.
    private static readonly string[] Others =
    [
        "on", "off", "3", "17", "700", "20000", "3s", "70s", "4000s", "5ms", "2KiB", "600KiB", "8MiB",
        "[\"127.0.0.1:7\"]", "[\"/bin/true\"]", "\"22:00-06:00\"", "other",
    ];

    /// <summary>
    /// Every key of the reference, but those of dispatchers and mailboxes, which Akka reads, and of the web server and telemetry, which the host reads.
    /// </summary>
    public static TheoryData<string> Keys => [.. AllKeys()];

    [Fact]
    public void Defaults_are_those_of_the_reference()
    {
        var settings = NodeSettings.Default;
        Assert.Equal("cjp2p", settings.Name);
        Assert.Equal("127.0.0.1:24254", Assert.Single(settings.Listen).ToString());
        Assert.True(settings.IsLoopbackOnly);
        Assert.Equal(TimeSpan.FromSeconds(8), settings.ShutdownTimeout);
        Assert.Equal((4 << 20, 4 << 20, 64, false), (
            settings.Socket.Transport.ReceiveBufferBytes, settings.Socket.Transport.SendBufferBytes,
            settings.Socket.Transport.BatchDatagrams, settings.Socket.Transport.ForceManaged));
        Assert.Equal(5888, settings.Wire.DatagramBytesMax);
        Assert.Equal((64, 32, 256, 64), (
            settings.Wire.Limits.ElementsMax, settings.Wire.Limits.DepthMax,
            settings.Wire.Limits.CookieBytesMax, settings.Wire.Limits.PeersMax));
        Assert.Equal(TimeSpan.FromMinutes(10), settings.Cookies.Rotate);
        Assert.Empty(settings.Peers.Bootstrap);
        Assert.Equal((10_000, 512, 16, 5, 3, 46), (
            settings.Peers.PeersMax, settings.Peers.HearsayMax, settings.Peers.HearsayPerMessageMax,
            settings.Peers.HearsayPerRound, settings.Peers.Floor, settings.Peers.ReplyPeersMax));
        Assert.Null(settings.Peers.AllowLoopback);
        Assert.Empty(settings.Content.Shared);
        Assert.False(settings.Content.ServeByName);
        Assert.Equal((32, 40_960), (settings.Content.TeaserBytesMax, settings.Content.RequestBytesMax));
        Assert.Equal(1L << 40, settings.Downloads.LengthMaxBytes);
        Assert.Equal((32, 2, 512, 8), (
            settings.Downloads.WindowInitial, settings.Downloads.WindowMin,
            settings.Downloads.WindowMax, settings.Downloads.RequestsPerDatagramMax));
        Assert.Equal(TimeSpan.FromMilliseconds(50), settings.Downloads.Retry.TimeoutMin);
    }

    [Fact]
    public void Nothing_is_named_that_is_not_loopback() =>
        Assert.All(NodeSettings.Default.Listen.Concat(NodeSettings.Default.Peers.Bootstrap), address => Assert.True(address.IsLoopback));

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_key_of_the_reference_is_read(string key)
    {
        var before = Dump(NodeSettings.Default);
        Assert.Contains(Others, other => TryRead($"{key} = {other}") is { } settings && Dump(settings) != before);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Impossible_value_is_one_line_that_names_the_key(string key)
    {
        if (key is "cjp2p.name" or "cjp2p.content.data" or "cjp2p.content.shared")
            return;
        var line = Refused($"{key} = \"no such thing\"");
        Assert.Contains(key, line, StringComparison.Ordinal);
        Assert.Contains("no such thing", line, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Value_at_its_bounds_is_taken_and_one_over_is_not(string key)
    {
        if (TryRead($"{key} = \"no such thing\"") is not null)
            return;
        var line = Refused($"{key} = \"no such thing\"");
        if (Count().Match(line) is { Success: true } count)
        {
            var (least, most) = (Number(count, 1), Number(count, 2));
            Takes($"{key} = {least}");
            Takes($"{key} = {most}");
            Refused($"{key} = {least - 1}");
            Refused($"{key} = {most + 1}");
        }
        else if (Size().Match(line) is { Success: true } size)
        {
            var (least, most) = (Number(size, 1), Number(size, 2));
            Takes($"{key} = {least}");
            Takes($"{key} = {most}");
            Refused($"{key} = {most + 1}");
            if (least > 0)
                Refused($"{key} = {least - 1}");
        }
        else if (Duration().Match(line) is { Success: true } duration)
        {
            var least = double.Parse(duration.Groups[1].Value, CultureInfo.InvariantCulture);
            var most = double.Parse(duration.Groups[2].Value, CultureInfo.InvariantCulture);
            Takes(FormattableString.Invariant($"{key} = {least * 1000}ms"));
            Takes(FormattableString.Invariant($"{key} = {most}s"));
            Refused(FormattableString.Invariant($"{key} = {most + 1}s"));
            if (least > 0.002)
                Refused(FormattableString.Invariant($"{key} = {least * 1000 - 1}ms"));
        }
        else if (key != "cjp2p.name")
        {
            Assert.True(line.Contains("on or off", StringComparison.Ordinal) || line.Contains("an address is", StringComparison.Ordinal)
                || line.Contains("hours of the day", StringComparison.Ordinal) || line.Contains("an entry is", StringComparison.Ordinal)
                || line.Contains("the full path of a program", StringComparison.Ordinal), line);
        }
    }

    [Theory]
    [InlineData("cjp2p.wire.elements-max")]
    [InlineData("cjp2p.wire.depth-max")]
    [InlineData("cjp2p.wire.cookie-bytes-max")]
    public void Limit_at_its_bounds_is_one_that_a_reader_works_with(string key)
    {
        var bounds = Count().Match(Refused($"{key} = \"no such thing\""));
        foreach (var bound in new[] { Number(bounds, 1), Number(bounds, 2) })
        {
            var reader = new DatagramReader(Read($"{key} = {bound}").Wire.Limits);
            Assert.Equal(1, reader.Read("""[{"PleaseSendPeers":{}}]"""u8).Elements);
        }
    }

    [Theory]
    [InlineData("cjp2p.peers.peer-max = 5", "cjp2p.peers.peer-max", "cjp2p.peers.peers-max")]
    [InlineData("cjp2p.listn = []", "cjp2p.listn", "cjp2p.listen")]
    [InlineData("cjp2p { downloads { timeout-minimum = 1s } }", "cjp2p.downloads.timeout-minimum", "cjp2p.downloads.timeout-min")]
    [InlineData("cjp2p.Listen = []", "cjp2p.Listen", "cjp2p.listen")]
    [InlineData("cjp2p.name.first = a", "cjp2p.name.first", "cjp2p.name")]
    [InlineData("cjp2p.dispatchers.dsik.throughput = 3", "cjp2p.dispatchers.dsik.throughput", "cjp2p.dispatchers.disk.throughput")]
    [InlineData("cjp2p.dispatchers.disk.thruput = 3", "cjp2p.dispatchers.disk.thruput", "cjp2p.dispatchers.disk.throughput")]
    [InlineData("cjp2p.dispatchers.disk.throughput-deadline = 3ms", "cjp2p.dispatchers.disk.throughput-deadline", "cjp2p.dispatchers.disk.throughput-deadline-time")]
    [InlineData("cjp2p.dispatchers.disk = 3", "cjp2p.dispatchers.disk", "cjp2p.dispatchers.disk.type")]
    [InlineData("cjp2p.mailboxes.nodes.mailbox-type = a", "cjp2p.mailboxes.nodes.mailbox-type", "cjp2p.mailboxes.node.mailbox-type")]
    [InlineData("cjp2p.mailboxes.node.mailbox-capacty = 5", "cjp2p.mailboxes.node.mailbox-capacty", "cjp2p.mailboxes.node.mailbox-capacity")]
    public void Unknown_key_is_refused_and_the_nearest_is_named(string hocon, string key, string nearest)
    {
        var line = Refused(hocon);
        Assert.Contains(key, line, StringComparison.Ordinal);
        Assert.EndsWith($"did you mean {nearest}?", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_key_is_found_in_every_layer()
    {
        var good = ConfigurationFactory.ParseString("cjp2p.name = a");
        var bad = ConfigurationFactory.ParseString("cjp2p.nam = b");
        Assert.Throws<NodeSettingsException>(() => NodeSettings.FromConfig(bad.WithFallback(good)));
        Assert.Throws<NodeSettingsException>(() => NodeSettings.FromConfig(good.WithFallback(bad)));
        var between = ConfigurationFactory.ParseString("cjp2p.peers.floor = 1");
        Assert.Throws<NodeSettingsException>(() => NodeSettings.FromConfig(good.WithFallback(between).WithFallback(bad)));
        Assert.Throws<NodeSettingsException>(() => NodeSettings.FromConfig(good.WithFallback(bad).WithFallback(between)));
    }

    [Fact]
    public void First_layer_beats_the_next()
    {
        var first = ConfigurationFactory.ParseString("cjp2p.name = first");
        var next = ConfigurationFactory.ParseString("cjp2p { name = next, peers.floor = 7 }");
        var settings = NodeSettings.FromConfig(first.WithFallback(next));
        Assert.Equal(("first", 7), (settings.Name, settings.Peers.Floor));
        Assert.Equal(NodeSettings.Default.Peers.PeersMax, settings.Peers.PeersMax);
    }

    [Fact]
    public void Settings_of_others_are_none_of_our_business()
    {
        var settings = NodeSettings.FromConfig(ConfigurationFactory.ParseString("akka.loglevel = DEBUG, other { key = 1 }"));
        Assert.Equal(Dump(NodeSettings.Default), Dump(settings));
    }

    [Theory]
    [InlineData("cjp2p.dispatchers.disk.throughput = 77")]
    [InlineData("cjp2p.dispatchers.disk.throughput-deadline-time = 5ms")]
    [InlineData("cjp2p.dispatchers.storage { executor = fork-join-executor, fork-join-executor.parallelism-max = 4 }")]
    [InlineData("cjp2p.dispatchers.disk.dedicated-thread-pool.threadtype = foreground")]
    [InlineData("cjp2p.mailboxes.node.mailbox-capacity = 5")]
    public void Dispatchers_and_mailboxes_take_whatever_key_Akka_has_for_them(string hocon) => Read(hocon);

    [Theory]
    [InlineData("cjp2p.dispatchers.disk.throughput", int.MaxValue)]
    [InlineData("cjp2p.dispatchers.storage.throughput", int.MaxValue)]
    [InlineData("cjp2p.dispatchers.disk.dedicated-thread-pool.thread-count", 1024)]
    [InlineData("cjp2p.dispatchers.storage.dedicated-thread-pool.thread-count", 1024)]
    public void Figures_of_a_dispatcher_are_whole_numbers_within_bounds(string key, int most)
    {
        Read($"{key} = 1");
        Read($"{key} = {most}");
        foreach (var wrong in new[] { "0", $"{most + 1L}", "abc", "1.5", "on" })
            Assert.Equal($"{key} is \"{wrong}\": it has to be a whole number from 1 to {most}.", Refused($"{key} = \"{wrong}\""));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("System.String")]
    public void Class_of_a_mailbox_is_one(string name) => Assert.Equal(
        $"cjp2p.mailboxes.node.mailbox-type is \"{name}\": it has to be the full name of a class of mailboxes and its assembly.",
        Refused($"cjp2p.mailboxes.node.mailbox-type = \"{name}\""));

    [Fact]
    public void Kind_of_the_threads_of_a_dispatcher_is_one_of_two() => Assert.Equal(
        "cjp2p.dispatchers.disk.dedicated-thread-pool.threadtype is \"green\": it has to be background or foreground.",
        Refused("cjp2p.dispatchers.disk.dedicated-thread-pool.threadtype = green"));

    [Theory]
    [InlineData("socket.reopen-min = 31s", "socket.reopen-min", "socket.reopen-max")]
    [InlineData("peers.discovery-min = 61s", "peers.discovery-min", "peers.discovery-max")]
    [InlineData("peers.bootstrap-retry-max = 4s", "peers.bootstrap-retry-min", "peers.bootstrap-retry-max")]
    [InlineData("downloads.timeout-min = 9s", "downloads.timeout-min", "downloads.timeout-max")]
    [InlineData("downloads.pause-max = 50ms", "downloads.pause-min", "downloads.pause-max")]
    [InlineData("downloads.window-min = 513", "downloads.window-min", "downloads.window-max")]
    public void Least_above_most_is_refused(string setting, string least, string most) =>
        Assert.Equal($"cjp2p.{least} is larger than cjp2p.{most}.", Refused("cjp2p." + setting));

    [Theory]
    [InlineData("localhost:24254")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:70000")]
    [InlineData(":24254")]
    public void Address_that_is_none_is_refused_with_the_form_of_one(string address)
    {
        var line = Refused($"cjp2p.listen = [\"127.0.0.1:1\", \"{address}\"]");
        Assert.StartsWith("cjp2p.listen has \"" + address, line, StringComparison.Ordinal);
        Assert.Contains("ip:port or [ipv6]:port", line, StringComparison.Ordinal);
    }

    [Fact]
    public void One_address_needs_no_brackets()
    {
        Assert.Equal("127.0.0.1:7", Assert.Single(Read("cjp2p.listen = \"127.0.0.1:7\"").Listen).ToString());
        Assert.Equal("1.2.3.4:5", Assert.Single(Read("cjp2p.peers.bootstrap = \"1.2.3.4:5\"").Peers.Bootstrap).ToString());
        Assert.Equal("/a", Assert.Single(Read("cjp2p.content.shared = \"/a\"").Content.Shared));
        Assert.Empty(Read("cjp2p.peers.bootstrap = \"\"").Peers.Bootstrap);
    }

    [Fact]
    public void Address_to_listen_on_that_is_named_twice_is_refused_unless_its_port_is_a_free_one()
    {
        Assert.Equal("cjp2p.listen names 127.0.0.1:7 twice.", Refused("cjp2p.listen = [\"127.0.0.1:7\", \"[::1]:7\", \"127.0.0.1:7\"]"));
        Assert.Equal(2, Read("cjp2p.listen = [\"127.0.0.1:0\", \"127.0.0.1:0\"]").Listen.Length);
    }

    [Fact]
    public void Shared_folder_without_a_name_is_refused() =>
        Assert.Equal("cjp2p.content.shared has \"\": a folder or file has a name.", Refused("cjp2p.content.shared = [\"/a\", \"\"]"));

    [Fact]
    public void Node_that_listens_nowhere_is_refused() =>
        Assert.Contains("cjp2p.listen", Refused("cjp2p.listen = []"), StringComparison.Ordinal);

    [Theory]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData("$a")]
    [InlineData("my node")]
    public void Name_that_no_actor_can_have_is_refused(string name) =>
        Assert.Contains("cjp2p.name", Refused($"cjp2p.name = \"{name}\""), StringComparison.Ordinal);

    [Theory]
    [InlineData("cjp2p = 5")]
    [InlineData("cjp2p = [1]")]
    [InlineData("cjp2p.peers = 5")]
    [InlineData("cjp2p.listen { a = 1 }")]
    public void Value_where_a_section_should_be_and_the_other_way_round_is_one_line(string hocon) => Refused(hocon);

    [Fact]
    public void Public_network_is_loaded_by_nobody_and_can_be()
    {
        Assert.DoesNotContain("148.71", Dump(NodeSettings.Default), StringComparison.Ordinal);
        var settings = Read(
            """
            cjp2p.peers.bootstrap = ["148.71.89.128:24254", "[2a01:4f8:c013:5bc5::1]:24254"]
            cjp2p.listen = ["0.0.0.0:24254", "[::]:24254"]
            """);
        Assert.False(settings.IsLoopbackOnly);
        Assert.Equal(2, settings.Peers.Bootstrap.Length);
    }

    private static IEnumerable<string> AllKeys()
    {
        return Below(NodeSettings.Reference.GetConfig("cjp2p").Root, "cjp2p")
            .Where(key => !key.StartsWith("cjp2p.dispatchers.", StringComparison.Ordinal)
                && !key.StartsWith("cjp2p.mailboxes.", StringComparison.Ordinal)
                && !key.StartsWith("cjp2p.http.", StringComparison.Ordinal)
                && !key.StartsWith("cjp2p.log.", StringComparison.Ordinal)
                && !key.StartsWith("cjp2p.telemetry.", StringComparison.Ordinal));

        static IEnumerable<string> Below(HoconValue value, string path) => value.IsObject()
            ? value.GetObject().Items.SelectMany(item => Below(item.Value, path + "." + item.Key))
            : [path];
    }

    private static NodeSettings Read(string hocon) => NodeSettings.FromConfig(ConfigurationFactory.ParseString(hocon));

    private static NodeSettings? TryRead(string hocon)
    {
        try
        {
            return Read(hocon);
        }
        catch (NodeSettingsException)
        {
            return null;
        }
    }

    private static string Refused(string hocon)
    {
        var line = Assert.Throws<NodeSettingsException>(() => Read(hocon)).Message;
        Assert.DoesNotContain('\n', line);
        return line;
    }

    // The other end of a pair of least and most may be in the way; that is another rule.
    private static void Takes(string hocon)
    {
        try
        {
            Read(hocon);
        }
        catch (NodeSettingsException e)
        {
            Assert.Contains(" is larger than ", e.Message, StringComparison.Ordinal);
        }
    }

    private static long Number(Match match, int group) => long.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static string Dump(object? value) => value switch
    {
        null => "null",
        string text => text,
        PeerAddress address => address.ToString(),
        TimeSpan time => time.ToString(),
        IEnumerable many => "[" + string.Join(", ", many.Cast<object>().Select(Dump)) + "]",
        IConvertible plain => plain.ToString(CultureInfo.InvariantCulture),
        _ => "{" + string.Join(", ", value.GetType().GetProperties()
            .Where(property => property.GetMethod is { IsStatic: false })
            .Select(property => property.Name + "=" + Dump(property.GetValue(value)))) + "}",
    };

    [GeneratedRegex("a whole number from (-?[0-9]+) to ([0-9]+)")]
    private static partial Regex Count();

    [GeneratedRegex("a size from ([0-9]+) to ([0-9]+) bytes")]
    private static partial Regex Size();

    [GeneratedRegex("a duration from ([0-9.]+)s to ([0-9.]+)s")]
    private static partial Regex Duration();
}
