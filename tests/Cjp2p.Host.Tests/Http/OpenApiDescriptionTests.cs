using System.Text.Json.Nodes;
using Cjp2p.Host.Http;

namespace Cjp2p.Host.Tests.Http;

/// <summary>The description of the API holds together, and leaves nothing out.</summary>
public sealed class OpenApiDescriptionTests
{
    private static readonly JsonObject Description = OpenApiDescription.Of([.. HttpApi.Endpoints, Telemetry.Endpoint]);

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        var references = new List<string>();
        Collect(Description, references);
        Assert.Contains(references, reference => reference.Contains("/properties/", StringComparison.Ordinal));
        Assert.Equal([], references.Where(reference => Resolve(reference) is null));
    }

    [Fact]
    public void Every_address_says_what_it_answers_what_its_parameters_are_and_that_the_node_may_not_answer()
    {
        foreach (var endpoint in HttpApi.Endpoints)
        {
            var operation = Description["paths"]![endpoint.Path.Replace("{**", "{", StringComparison.Ordinal)]![endpoint.Method.ToLowerInvariant()]!;
            Assert.NotNull(operation["responses"]!["503"]);
            Assert.Equal(
                endpoint.Media == "text/event-stream",
                operation["responses"]!["default"]!["content"]?["text/event-stream"]?["schema"]?["$ref"] is not null);
        }

        Assert.Equal("text/plain", Assert.Single(Description["paths"]!["/metrics"]!["get"]!["responses"]!["default"]!["content"]!.AsObject()).Key);
        Assert.Equal("#/components/schemas/HealthDocument", Answer503("/health/ready"));
        Assert.Equal("#/components/schemas/ErrorDocument", Answer503("/api/peers"));
        Assert.Equal(
            [("skip", "integer"), ("most", "integer"), ("order", "string"), ("descending", "boolean"), ("find", "string"), ("hearsay", "boolean")],
            Description["paths"]!["/api/peers"]!["get"]!["parameters"]!.AsArray().Select(one =>
                (one!["name"]!.GetValue<string>(), one["schema"]!["type"]!.GetValue<string>())));
        Assert.Contains("RoundTrip", Description["paths"]!["/api/peers"]!["get"]!["parameters"]![2]!["schema"]!["enum"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_one_of_a_simulated_world_has_the_same_addresses_those_of_the_world_and_which_node_is_meant()
    {
        var paths = OpenApiDescription.Of(HttpApi.WorldEndpoints)["paths"]!.AsObject();
        Assert.Equal(
            ["/api/world", "/api/world/faults", "/api/world/go", "/api/world/nodes", "/api/world/pause"],
            paths.Select(path => path.Key).Except(Description["paths"]!.AsObject().Select(path => path.Key)).Order(StringComparer.Ordinal));
        Assert.Equal("integer", paths["/api/tree"]!["get"]!["parameters"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == "node")!["schema"]!["type"]!.GetValue<string>());
        Assert.DoesNotContain(HttpApi.WorldEndpoints, endpoint => endpoint is { IsLiveOnly: true, Query: var query } && query.Any(one => one.Name == "node"));
    }

    private static string Answer503(string path) =>
        Description["paths"]![path]!["get"]!["responses"]!["503"]!["content"]!["application/json"]!["schema"]!["$ref"]!.GetValue<string>();

    private static void Collect(JsonNode? part, List<string> references)
    {
        if (part is JsonObject map)
        {
            if (map["$ref"] is JsonValue reference)
                references.Add(reference.GetValue<string>());
            foreach (var (_, child) in map)
                Collect(child, references);
        }
        else if (part is JsonArray list)
        {
            foreach (var child in list)
                Collect(child, references);
        }
    }

    private static JsonNode? Resolve(string reference)
    {
        JsonNode? here = Description;
        foreach (var name in reference.Split('/').Skip(1))
        {
            here = here switch
            {
                JsonObject map => map[name],
                JsonArray list when int.TryParse(name, out var i) && i < list.Count => list[i],
                _ => null,
            };
        }

        return here;
    }
}
