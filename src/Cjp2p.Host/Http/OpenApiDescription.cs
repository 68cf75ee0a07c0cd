using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.RegularExpressions;

namespace Cjp2p.Host.Http;

/// <summary>The description of the API in the form of OpenAPI 3.1, made from the list of its addresses and the types they answer with.</summary>
internal static partial class OpenApiDescription
{
    /// <summary>Makes it.</summary>
    public static JsonObject Of(IEnumerable<ApiEndpoint> endpoints)
    {
        var schemas = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        var paths = new JsonObject();
        foreach (var group in endpoints.GroupBy(endpoint => Pattern(endpoint.Path)))
        {
            var path = new JsonObject();
            foreach (var endpoint in group)
                path[endpoint.Method.ToLowerInvariant()] = Operation(endpoint, schemas);
            paths[group.Key] = path;
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Cjp2p",
                ["version"] = ProgramVersion.Text,
                ["description"] = "Looks into a running node and acts on it. Names carry units. Text of strangers comes as text: show it as such.",
            },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(schemas.Select(schema => KeyValuePair.Create<string, JsonNode?>(schema.Key, schema.Value))),
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
                },
            },
        };
    }

    private static JsonObject Operation(ApiEndpoint endpoint, SortedDictionary<string, JsonNode> schemas)
    {
        var parameters = new JsonArray();
        foreach (Match match in Name().Matches(endpoint.Path))
        {
            parameters.Add(new JsonObject
            {
                ["name"] = match.Groups[1].Value,
                ["in"] = "path",
                ["required"] = true,
                ["schema"] = new JsonObject { ["type"] = "string" },
            });
        }

        foreach (var (name, description) in endpoint.Query)
        {
            parameters.Add(new JsonObject
            {
                ["name"] = name,
                ["in"] = "query",
                ["description"] = description,
                ["schema"] = new JsonObject { ["type"] = "string" },
            });
        }

        var answer = new JsonObject { ["description"] = endpoint.Answer is null && endpoint.Media is null ? "Done." : "The answer." };
        if (endpoint.Answer is { } type)
            answer["content"] = Content("application/json", Reference(type, schemas));
        else if (endpoint.Media is { } media)
            answer["content"] = Content(media, new JsonObject());
        var operation = new JsonObject
        {
            ["summary"] = endpoint.Summary,
            ["parameters"] = parameters,
            ["responses"] = new JsonObject
            {
                ["default"] = answer,
                ["4XX"] = new JsonObject
                {
                    ["description"] = "It cannot be done, for the reason in the answer.",
                    ["content"] = Content("application/json", Reference(typeof(ErrorDocument), schemas)),
                },
            },
        };
        if (endpoint.Body is { } body)
        {
            operation["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["content"] = Content("application/json", Reference(body, schemas)),
            };
        }

        if (endpoint.IsAction)
            operation["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() });
        return operation;
    }

    private static JsonObject Content(string media, JsonNode schema) =>
        new() { [media] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Reference(Type type, SortedDictionary<string, JsonNode> schemas)
    {
        var name = type.IsArray ? type.GetElementType()!.Name + "List" : type.Name;
        if (!schemas.ContainsKey(name))
            schemas[name] = HttpJson.Default.Options.GetTypeInfo(type).GetJsonSchemaAsNode();
        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    // {**path} is one of ours; OpenAPI has {path}.
    private static string Pattern(string path) => path.Replace("{**", "{", StringComparison.Ordinal);

    [GeneratedRegex(@"\{\**([a-z]+)\}")]
    private static partial Regex Name();
}
