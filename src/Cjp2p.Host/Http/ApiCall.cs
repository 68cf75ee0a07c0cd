using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cjp2p.Actors.Hosting;
using Cjp2p.Actors.Protocol;
using Cjp2p.Dashboard;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Cjp2p.Host.Http;

/// <summary>One request to the API: what it asks, and its answer.</summary>
internal sealed class ApiCall(HttpContext context)
{
    /// <summary>The parameter that names a node of a simulated world.</summary>
    public const string NodeParameter = "node";

    private const int TextMax = 4096;

    /// <summary>The request and its answer.</summary>
    public HttpContext Context => context;

    /// <summary>Cancelled when the asker has gone.</summary>
    public CancellationToken Aborted => context.RequestAborted;

    /// <summary>What an action is about, for the audit log.</summary>
    public string Of { get; set; } = "";

    /// <summary>A service of the host.</summary>
    public T Get<T>() where T : notnull => context.RequestServices.GetRequiredService<T>();

    /// <summary>The node; of a simulated world the one that is named, or else the first.</summary>
    public ValueTask<Cjp2pNode> NodeAsync()
    {
        var source = Get<DashboardSource>();
        if (source.World is null && Text(NodeParameter).Length > 0)
            throw Bad("node is the number of a node of a simulated world, and this is a live node");
        return source.Node(source.World is null ? 0 : Whole(NodeParameter, 0, 0, int.MaxValue), Aborted);
    }

    /// <summary>A part of the address.</summary>
    public string Route(string name) => (string?)context.GetRouteValue(name) ?? "";

    /// <summary>A parameter; empty when it is not given.</summary>
    public string Text(string name)
    {
        var text = context.Request.Query[name].ToString();
        return text.Length <= TextMax ? text : throw Bad($"{name} has more than {TextMax} characters");
    }

    /// <summary>A whole number within bounds.</summary>
    public int Whole(string name, int otherwise, int least, int most)
    {
        var text = Text(name);
        if (text.Length == 0)
            return otherwise;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Bad($"{name} is a whole number from {least} to {most}");
    }

    /// <summary>true or false.</summary>
    public bool Flag(string name, bool otherwise = false) => Text(name) switch
    {
        "" => otherwise,
        "true" or "1" => true,
        "false" or "0" => false,
        _ => throw Bad($"{name} is true or false"),
    };

    /// <summary>One of the names of an enumeration, whatever its case; null when it is not given.</summary>
    public T? Choice<T>(string name) where T : struct, Enum
    {
        var text = Text(name);
        if (text.Length == 0)
            return null;
        return Enum.TryParse<T>(text, ignoreCase: true, out var value) && !char.IsAsciiDigit(text[0])
            ? value
            : throw Bad($"{name} is one of {string.Join(", ", Enum.GetNames<T>())}");
    }

    /// <summary>An address; null when it is not given. An IP address alone stands for all its ports.</summary>
    public PeerAddress? Peer(string name) => Text(name) is { Length: > 0 } text ? ParsePeer(name, text) : null;

    /// <summary>An address in the path or a body.</summary>
    public static PeerAddress ParsePeer(string name, string text)
    {
        if (PeerAddress.TryParse(text, out var address))
            return address;
        if (System.Net.IPAddress.TryParse(text.Trim('[', ']'), out var ip))
            return PeerAddress.FromEndPoint(new System.Net.IPEndPoint(ip, 0));
        throw Bad($"{name} is ip:port or [ipv6]:port, or an IP address for all its ports");
    }

    /// <summary>A content id; null when it is not given.</summary>
    public ContentId? Content(string name) => Text(name) is { Length: > 0 } text ? ParseId(name, text) : null;

    /// <summary>A content id in the path or a body.</summary>
    public static ContentId ParseId(string name, string text) =>
        ContentId.TryParse(text, out var id) && id.IsSha256 ? id : throw Bad($"{name} is 64 hexadecimal digits, the SHA-256 of the content");

    /// <summary>The body.</summary>
    public async Task<T> ReadAsync<T>(JsonTypeInfo<T> type) where T : class
    {
        if (!context.Request.HasJsonContentType())
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, "the body has to be JSON (Content-Type: application/json)");
        try
        {
            return await context.Request.ReadFromJsonAsync(type, Aborted).ConfigureAwait(false) ?? throw Bad("the body is null");
        }
        catch (JsonException e)
        {
            throw Bad($"the body cannot be read: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Answers.</summary>
    public Task WriteAsync<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(value, type, cancellationToken: Aborted);
    }

    /// <summary>It was done, and there is nothing more to say.</summary>
    public Task DoneAsync()
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>What is asked for is wrong.</summary>
    public static ApiException Bad(string reason) => new(StatusCodes.Status400BadRequest, reason);

    /// <summary>There is no such thing.</summary>
    public static ApiException NotFound(string reason) => new(StatusCodes.Status404NotFound, reason);
}
