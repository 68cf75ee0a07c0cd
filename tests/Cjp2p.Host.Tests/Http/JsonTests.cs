using System.Text.Json;
using Cjp2p.Actors.Inspection;
using Cjp2p.Actors.Protocol;
using Cjp2p.Host.Http;

namespace Cjp2p.Host.Tests.Http;

/// <summary>What the API writes.</summary>
public sealed class JsonTests
{
    private const string Hostile = "<img src=x onerror=alert(1)>\u001b[2J\u202e";

    [Fact]
    public void Every_kind_of_state_can_be_written()
    {
        var kinds = typeof(ActorState).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ActorState))).ToArray();
        Assert.NotEmpty(kinds);
        Assert.All(kinds, kind => Assert.NotNull(HttpJson.Default.GetTypeInfo(kind)));
    }

    [Fact]
    public void Text_of_strangers_is_written_without_markup_or_control_characters()
    {
        var json = JsonSerializer.Serialize(
            new UnknownMessageDocument(Hostile, 1, default, default, [], Hostile), typeof(UnknownMessageDocument), HttpJson.Default);
        Assert.DoesNotContain('<', json);
        Assert.DoesNotContain('\u001b', json);
        Assert.DoesNotContain('\u202e', json);
        Assert.Equal(Hostile, JsonDocument.Parse(json).RootElement.GetProperty("name").GetString());
    }

    [Fact]
    public void Datagram_that_is_text_is_shown_as_text_and_another_as_base64()
    {
        var seen = new DatagramSeen(default, 1.5, DatagramDirection.In, default, default, 3, ["x"], null, [.. "[1]"u8]);
        Assert.Equal(("[1]", null, "in"), (TapDocuments.Of(seen).Text, TapDocuments.Of(seen).Encoding, TapDocuments.Of(seen).Direction));
        var binary = TapDocuments.Of(seen with { Payload = [0xFF, 0, 1] });
        Assert.Equal(("/wAB", "base64"), (binary.Text, binary.Encoding));
        // What is cut within a character is text all the same.
        var cut = TapDocuments.Of(seen with { Bytes = 9, Payload = [(byte)'a', 0xC3] });
        Assert.Equal(("a", null), (cut.Text, cut.Encoding));
    }

    [Fact]
    public void Lines_of_a_capture_say_who_sent_what_to_whom_and_when()
    {
        var (us, them) = (PeerAddress.FromIPv4(0x7F000001, 1), PeerAddress.FromIPv4(0x7F000002, 2));
        var seen = new DatagramSeen(default, 12.5, DatagramDirection.Out, us, them, 3, [], null, [.. "[\"a\"]"u8]);
        var line = JsonSerializer.Serialize(TapDocuments.Line(TapDocuments.Of(seen), "node", 10.25), HttpJson.Lines.CaptureLine);
        Assert.Equal(
            """{"from":"node","to":"127.0.0.2:2","from_addr":"127.0.0.1:1","to_addr":"127.0.0.2:2","t":2.25,"payload":"[\"a\"]"}""", line);
    }

    [Fact]
    public void Description_names_every_address_once_and_every_schema_that_it_refers_to()
    {
        var description = JsonDocument.Parse(OpenApiDescription.Of(HttpApi.Endpoints).ToJsonString()).RootElement;
        var described = description.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}"));
        Assert.Equal(
            HttpApi.Endpoints.Select(endpoint => $"{endpoint.Method} {endpoint.Path.Replace("{**", "{", StringComparison.Ordinal)}").Order(StringComparer.Ordinal),
            described.Order(StringComparer.Ordinal));
        var schemas = description.GetProperty("components").GetProperty("schemas");
        const string Prefix = "#/components/schemas/";
        foreach (var part in description.GetRawText().Split("\"$ref\":\"" + Prefix).Skip(1))
        {
            // A schema, or a part of one.
            var (pointer, target) = (part[..part.IndexOf('"', StringComparison.Ordinal)], schemas);
            foreach (var step in pointer.Split('/'))
                Assert.True(target.TryGetProperty(step, out target), pointer);
        }

        Assert.All(
            HttpApi.Endpoints.Where(endpoint => endpoint.IsAction),
            endpoint => Assert.True(description.GetProperty("paths").GetProperty(endpoint.Path).GetProperty(endpoint.Method.ToLowerInvariant()).TryGetProperty("security", out _)));
    }
}
