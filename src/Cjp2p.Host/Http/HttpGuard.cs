using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Cjp2p.Host.Http;

/// <summary>
/// Who may ask what. A request has to name this machine (a page of another site whose name was made to point here, "DNS
/// rebinding", does not), must not come from a page of another site, and has to bring the token when it changes something,
/// or when the API can be reached from beyond this machine.
/// </summary>
internal sealed class HttpGuard(HttpSettings settings, AccessToken token)
{
    /// <summary>Name of the cookie that lets a browser read, after it came once with the token.</summary>
    public const string CookieName = "cjp2p-token";

    private const string PageChannel = "/_blazor";
    private const string Bearer = "Bearer ";

    /// <summary>Why a request is refused; null: it is not.</summary>
    public (int Status, string Reason)? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (!IsOurName(request.Host))
        {
            return (StatusCodes.Status403Forbidden, settings.IsLoopback
                ? "Only requests to a loopback address are answered."
                : "Only requests to an IP address, or to a name of cjp2p.http.hosts, are answered.");
        }

        if (IsFromElsewhere(request))
            return (StatusCodes.Status403Forbidden, "Requests of pages of other sites are not answered.");
        var brought = Brought(request);
        if (IsChange(request))
        {
            // The header alone: a browser sends cookies by itself, but never this header without asking first, and we
            // never say yes.
            return token.Is(brought)
                ? null
                : (StatusCodes.Status401Unauthorized, "What changes something needs the token: Authorization: Bearer <token>.");
        }

        return settings.IsLoopback || HasToken(request)
            || (request.Path == "/login" && token.Is(request.Query["token"]))
            ? null
            : (StatusCodes.Status401Unauthorized, "Beyond this machine everything needs the token: Authorization: Bearer <token>, or /login?token=<token> in a browser.");
    }

    /// <summary>
    /// Whether a Host header names this machine's loopback. A page of another site whose name was made to point here
    /// ("DNS rebinding") has its own name there, and is refused.
    /// </summary>
    public static bool IsLoopbackHost(HostString host)
    {
        var name = host.Host;
        return string.Equals(name, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }

    private bool IsOurName(HostString host) =>
        IsLoopbackHost(host)
        || (!settings.IsLoopback
            && (IPAddress.TryParse(host.Host.Trim('[', ']'), out _)
                || settings.Hosts.Contains(host.Host, StringComparer.OrdinalIgnoreCase)));

    // Browsers say where a page comes from: in Origin whenever a script or a form asks, in Sec-Fetch-Site always. A link on
    // another site may lead to a page of ours, and to nothing else.
    private static bool IsFromElsewhere(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0)
            return !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return site is "cross-site" or "same-site"
            && !(request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document"
                && HttpMethods.IsGet(request.Method) && !request.Path.StartsWithSegments("/api"));
    }

    /// <summary>
    /// Whether a request changes something. The channel of a page that is drawn on the server does not by itself: whoever acts
    /// through it has to look at <see cref="HasToken"/>.
    /// </summary>
    public static bool IsChange(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !request.Path.StartsWithSegments(PageChannel);

    /// <summary>Whether a request brings the token, in its header or as the cookie of <c>/login</c>.</summary>
    public bool HasToken(HttpRequest request) => token.Is(Brought(request)) || token.Is(request.Cookies[CookieName]);

    private static string? Brought(HttpRequest request)
    {
        var header = request.Headers[HeaderNames.Authorization].ToString();
        return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? header[Bearer.Length..].Trim() : null;
    }
}
