using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;

namespace Notify.Hosting.Tests;

/// <summary>Tests the setting for tracking, and the links of tracked email as mail programs and people use them.</summary>
public sealed partial class TrackingOverHttpTests
{
    private const string Html = """<body><a href=\"https://shop.example/42?a=1&amp;b=2\">Order</a></body>""";

    [Fact]
    public async Task A_tenant_switches_tracking_on_and_follows_what_readers_do()
    {
        await using var app = await StartAsync();
        Assert.Equal("""{"opens":false,"clicks":false}""", (await app.CallAsync("GET", "/v1/tracking")).GetRawText());
        await app.CallAsync("PUT", "/v1/tracking", """{"opens":true,"clicks":true}""");
        Assert.Equal("""{"opens":true,"clicks":true}""", (await app.CallAsync("GET", "/v1/tracking")).GetRawText());
        Assert.Equal(
            """{"opens":false,"clicks":false}""",
            (await app.CallAsync("GET", "/v1/tracking", null, "acme")).GetRawText()
        );
        var (url, link, image) = await SendAsync(app);
        app.Client.DefaultRequestHeaders.Authorization = null;

        // Programs look at the link first, and an anonymous reader needs no key.
        using (var head = await SendAsync(app, HttpMethod.Head, link))
            Assert.Equal(
                (HttpStatusCode.Redirect, "https://shop.example/42?a=1&b=2"),
                (head.StatusCode, head.Headers.Location?.AbsoluteUri)
            );
        using (var prefetched = await SendAsync(app, HttpMethod.Get, link, ("Sec-Purpose", "prefetch;prerender")))
            Assert.Equal(HttpStatusCode.Redirect, prefetched.StatusCode);
        using (var previewed = await SendAsync(app, HttpMethod.Get, image, ("X-Purpose", "preview")))
            Assert.Equal(HttpStatusCode.OK, previewed.StatusCode);
        Assert.Empty(await ReceiptsAsync(app, url));

        for (var i = 0; i < 2; i++)
        {
            using var opened = await SendAsync(app, HttpMethod.Get, image);
            Assert.Equal("image/gif", opened.Content.Headers.ContentType?.MediaType);
            Assert.Equal("no-store", opened.Headers.CacheControl?.ToString());
            using var clicked = await SendAsync(app, HttpMethod.Get, link);
            Assert.Equal(
                (HttpStatusCode.Redirect, "https://shop.example/42?a=1&b=2"),
                (clicked.StatusCode, clicked.Headers.Location?.AbsoluteUri)
            );
            Assert.Equal("no-referrer", Assert.Single(clicked.Headers.GetValues("Referrer-Policy")));
            Assert.False(clicked.Headers.Contains("Set-Cookie"));
        }

        Assert.Equal(["opened", "clicked"], await ReceiptsAsync(app, url));
    }

    [Fact]
    public async Task A_link_that_was_changed_leads_nowhere()
    {
        await using var app = await StartAsync();
        await app.CallAsync("PUT", "/v1/tracking", """{"opens":true,"clicks":true}""");
        var (url, link, image) = await SendAsync(app);
        var target = Convert.ToBase64String("https://evil.example/"u8).Replace("=", "", StringComparison.Ordinal);

        string[] changed =
        [
            link[..^4],
            link + target,
            link[..^8] + target,
            link[..20] + (link[20] == 'A' ? 'B' : 'A') + link[21..],
            image + "AAAA",
            "/v1/track/x",
            "/v1/track/https%3A%2F%2Fevil.example",
        ];
        foreach (var path in changed)
        {
            using var response = await SendAsync(app, HttpMethod.Get, path);
            Assert.Equal((HttpStatusCode.NotFound, null), (response.StatusCode, response.Headers.Location));
        }

        Assert.Empty(await ReceiptsAsync(app, url));
    }

    [Fact]
    public async Task Only_an_application_with_the_options_offers_it()
    {
        await using var app = await ApiApplication.StartAsync();

        using var refused = await app.SendAsync("PUT", "/v1/tracking", """{"opens":true,"click":1}""");
        using var allowed = await app.SendAsync("PUT", "/v1/tracking", """{"clicks":false}""");

        Assert.Equal(["click", "opens"], (await refused.ProblemAsync(HttpStatusCode.BadRequest)).Fields().Order());
        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
    }

    private static async Task<ApiApplication> StartAsync()
    {
        var app = await ApiApplication.StartAsync(
            options => options.ApiKeys.Add("the key of the API"),
            services =>
                services
                    .AddNotifications()
                    .AddTracking(options =>
                        (options.Url, options.Key) = (new Uri("https://notify.example.org/v1/track"), new string('k', 32))
                    )
        );
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", "the key of the API");
        return app;
    }

    /// <returns>The notification, and the paths of its link and its image.</returns>
    private static async Task<(string Url, string Link, string Image)> SendAsync(ApiApplication app)
    {
        var url = await app.AcceptAsync(
            $$$"""{"to":{"email":"ada@example.org"},"channels":["email"],"content":{"title":"Hello","html":"{{{Html}}}"}}"""
        );
        await app.WhenAsync(url, "sent", 1);
        var html = Assert.Single(app.Sandbox.Messages).Content.Html!;
        return (url, Link().Match(html).Groups[1].Value, Image().Match(html).Groups[1].Value);
    }

    private static async Task<HttpResponseMessage> SendAsync(
        ApiApplication app,
        HttpMethod method,
        string path,
        params (string Name, string Value)[] headers
    )
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = app.Client.BaseAddress };
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        var response = await client.SendAsync(request);
        await response.Content.LoadIntoBufferAsync();
        return response;
    }

    private static async Task<string[]> ReceiptsAsync(ApiApplication app, string url)
    {
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", "the key of the API");
        var receipts = (await app.CallAsync("GET", url)).DeliveryOver("email").GetProperty("receipts");
        return [.. receipts.EnumerateArray().Select(receipt => receipt.Text("kind")!)];
    }

    [GeneratedRegex("<a href=\"https://notify.example.org(/v1/track/[A-Za-z0-9_-]+)\"")]
    private static partial Regex Link();

    [GeneratedRegex("<img src=\"https://notify.example.org(/v1/track/[A-Za-z0-9_-]+)\"")]
    private static partial Regex Image();
}
