using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.RegularExpressions;
using Cjp2p.Actors.Inspection;

namespace Cjp2p.Host.Http;

/// <summary>The description of the API in the form of OpenAPI 3.1, made from the list of its addresses and the types they answer with.</summary>
internal static partial class OpenApiDescription
{
    // What a parameter of the query may be, by its name; the others are text.
    private static readonly string[] Whole = ["depth", "intervalMs", "most", ApiCall.NodeParameter, "oneIn", "skip", "waitMs"];
    private static readonly string[] Flags = ["actors", "datagrams", "descending", "drop", "hearsay", "states", "whole"];

    private static readonly Dictionary<string, string[]> Choices = new()
    {
        ["order"] = Enum.GetNames<PeerOrder>(),
        ["direction"] = Enum.GetNames<DatagramDirection>(),
    };

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
                ["schema"] = QuerySchema(name),
            });
        }

        var answer = new JsonObject
        {
            ["description"] = endpoint.Event is not null ? "A stream: the data of each event is as its schema says."
                : endpoint.Answer is null && endpoint.Media is null ? "Done." : "The answer.",
        };
        if (endpoint.Answer is { } type)
            answer["content"] = Content("application/json", Reference(type, schemas));
        else if (endpoint.Media is { } media)
            answer["content"] = Content(media, endpoint.Event is { } happened ? Reference(happened, schemas) : new JsonObject());
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
                ["503"] = new JsonObject
                {
                    ["description"] = "The node does not answer, or (of its health) does not work, for the reason in the answer.",
                    ["content"] = Content(
                        "application/json",
                        Reference(endpoint.Answer == typeof(HealthDocument) || endpoint.Answer == typeof(StatusDocument) ? typeof(HealthDocument) : typeof(ErrorDocument), schemas)),
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
        {
            var schema = HttpJson.Default.Options.GetTypeInfo(type).GetJsonSchemaAsNode();
            Anchor(schema, name);
            schemas[name] = schema;
        }

        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    // A type that comes twice is referred to from the root of its schema, which here is a part of a document.
    private static void Anchor(JsonNode? schema, string name)
    {
        switch (schema)
        {
            case JsonObject part:
                if (part["$ref"]?.GetValue<string>() is { } pointer)
                    part["$ref"] = $"#/components/schemas/{name}{pointer[1..]}";
                foreach (var (_, child) in part)
                    Anchor(child, name);
                break;
            case JsonArray list:
                foreach (var child in list)
                    Anchor(child, name);
                break;
        }
    }

    private static JsonObject QuerySchema(string name)
    {
        if (Whole.Contains(name))
            return new JsonObject { ["type"] = "integer" };
        if (Flags.Contains(name))
            return new JsonObject { ["type"] = "boolean" };
        var schema = new JsonObject { ["type"] = "string" };
        if (Choices.TryGetValue(name, out var choices))
            schema["enum"] = new JsonArray([.. choices.Select(choice => JsonValue.Create(choice))]);
        return schema;
    }

    // {**path} is one of ours; OpenAPI has {path}.
    private static string Pattern(string path) => path.Replace("{**", "{", StringComparison.Ordinal);

    [GeneratedRegex(@"\{\**([a-z]+)\}")]
    private static partial Regex Name();
}
