using System.Net;
using Cjp2p.Host.Http;
using Microsoft.AspNetCore.Http;

namespace Cjp2p.Host.Tests.Http;

/// <summary>Who may read and do what: other sites' pages, rebound names, missing and wrong tokens.</summary>
public sealed class HttpGuardTests
{
    private const string Token = "0123456789abcdef";

    [Theory]
    [InlineData("GET", "localhost:24255", null)]
    [InlineData("GET", "127.0.0.1:24255", null)]
    [InlineData("GET", "[::1]:24255", null)]
    [InlineData("GET", "rebound.evil.example", 403)]
    [InlineData("GET", "127.0.0.1.evil.example", 403)]
    [InlineData("GET", "192.168.1.5:24255", 403)]
    [InlineData("GET", "", 403)]
    [InlineData("POST", "rebound.evil.example", 403)]
    public void On_loopback_only_loopback_names_are_answered(string method, string host, int? status) =>
        Assert.Equal(status, Status(Loopback, method, host));

    [Theory]
    [InlineData("Origin", "http://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "https://127.0.0.1:24255", 403)]
    [InlineData("Origin", "http://127.0.0.1:9", 403)]
    [InlineData("Origin", "http://localhost:24255", 403)]
    [InlineData("Origin", "http://127.0.0.1:24255", null)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", null)]
    [InlineData("Sec-Fetch-Site", "none", null)]
    public void Pages_of_other_sites_read_nothing(string header, string value, int? status) =>
        Assert.Equal(status, Status(Loopback, "GET", "127.0.0.1:24255", (header, value)));

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    public void Pages_of_other_sites_do_nothing_even_with_the_token(string origin) =>
        Assert.Equal(403, Status(Loopback, "POST", "127.0.0.1:24255", ("Origin", origin), ("Authorization", "Bearer " + Token)));

    [Theory]
    [InlineData("/", null)]
    [InlineData("/api/status", 403)]
    public void A_link_on_another_site_leads_to_a_page_and_to_nothing_else(string path, int? status) =>
        Assert.Equal(status, Status(
            Loopback, "GET", "127.0.0.1:24255", path, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")));

    [Theory]
    [InlineData("POST", null, 401)]
    [InlineData("DELETE", null, 401)]
    [InlineData("PUT", null, 401)]
    [InlineData("OPTIONS", null, 401)]
    [InlineData("POST", "Bearer 0123456789abcdeX", 401)]
    [InlineData("POST", "Bearer 0123456789abcde", 401)]
    [InlineData("POST", "Bearer ", 401)]
    [InlineData("POST", "Basic 0123456789abcdef", 401)]
    [InlineData("POST", "Bearer 0123456789abcdef", null)]
    [InlineData("DELETE", "bearer 0123456789abcdef", null)]
    public void What_changes_something_needs_the_token_in_its_header(string method, string? authorization, int? status) =>
        Assert.Equal(status, authorization is null
            ? Status(Loopback, method, "127.0.0.1:24255")
            : Status(Loopback, method, "127.0.0.1:24255", ("Authorization", authorization)));

    [Fact]
    public void A_cookie_is_enough_to_read_and_not_to_change_anything()
    {
        var cookie = ("Cookie", HttpGuard.CookieName + "=" + Token);
        Assert.Null(Status(Everywhere, "GET", "10.0.0.1:24255", cookie));
        Assert.Equal(401, Status(Everywhere, "POST", "10.0.0.1:24255", cookie));
        Assert.Equal(401, Status(Loopback, "POST", "127.0.0.1:24255", cookie));
    }

    [Theory]
    [InlineData("10.0.0.1:24255", null, 401)]
    [InlineData("127.0.0.1:24255", null, 401)]
    [InlineData("10.0.0.1:24255", "Bearer wrong-wrong-wrong", 401)]
    [InlineData("10.0.0.1:24255", "Bearer 0123456789abcdef", null)]
    [InlineData("node.example", "Bearer 0123456789abcdef", null)]
    [InlineData("NODE.example:80", "Bearer 0123456789abcdef", null)]
    [InlineData("rebound.evil.example", "Bearer 0123456789abcdef", 403)]
    public void Beyond_loopback_everything_needs_the_token_and_a_known_name(string host, string? authorization, int? status) =>
        Assert.Equal(status, authorization is null
            ? Status(Everywhere, "GET", host)
            : Status(Everywhere, "GET", host, ("Authorization", authorization)));

    [Theory]
    [InlineData("/login?token=0123456789abcdef", null)]
    [InlineData("/login?token=wrong", 401)]
    [InlineData("/login", 401)]
    [InlineData("/api/status?token=0123456789abcdef", 401)]
    public void A_browser_logs_in_with_an_address_that_holds_the_token(string path, int? status) =>
        Assert.Equal(status, Status(Everywhere, "GET", "10.0.0.1:24255", path));

    [Fact]
    public void The_channel_of_a_page_is_for_pages_of_ours_alone_and_beyond_loopback_for_who_has_the_token()
    {
        Assert.Null(Status(Loopback, "POST", "127.0.0.1:24255", "/_blazor/negotiate", ("Origin", "http://127.0.0.1:24255")));
        Assert.Equal(403, Status(Loopback, "POST", "127.0.0.1:24255", "/_blazor/negotiate", ("Origin", "http://evil.example")));
        Assert.Equal(401, Status(Everywhere, "POST", "10.0.0.1:24255", "/_blazor/negotiate", ("Origin", "http://10.0.0.1:24255")));
        Assert.Null(Status(
            Everywhere, "POST", "10.0.0.1:24255", "/_blazor/negotiate", ("Origin", "http://10.0.0.1:24255"), ("Cookie", HttpGuard.CookieName + "=" + Token)));
        Assert.Equal(401, Status(Loopback, "POST", "127.0.0.1:24255", "/_blazorish"));
    }

    [Fact]
    public void Tokens_that_nobody_chose_are_long_and_different()
    {
        var (one, other) = (AccessToken.Of(""), AccessToken.Of(""));
        Assert.Equal(64, one.Text.Length);
        Assert.NotEqual(one.Text, other.Text);
        Assert.True(one.Is(one.Text));
        Assert.False(one.Is(other.Text) || one.Is(null) || one.Is(""));
    }

    private static HttpSettings Loopback { get; } = new(new IPEndPoint(IPAddress.Loopback, 24255), "", [], 4096, null);

    private static HttpSettings Everywhere { get; } = new(new IPEndPoint(IPAddress.Any, 24255), Token, ["node.example"], 4096, null);

    private static int? Status(HttpSettings settings, string method, string host, params (string Name, string Value)[] headers) =>
        Status(settings, method, host, "/api/status", headers);

    private static int? Status(HttpSettings settings, string method, string host, string path, params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Scheme = "http";
        context.Request.Host = new HostString(host);
        var at = path.IndexOf('?', StringComparison.Ordinal);
        context.Request.Path = at < 0 ? path : path[..at];
        context.Request.QueryString = at < 0 ? default : new QueryString(path[at..]);
        foreach (var (name, value) in headers)
            context.Request.Headers[name] = value;
        return new HttpGuard(settings, AccessToken.Of(Token)).Refusal(context)?.Status;
    }
}
