using System.Net;
using Notify.TestSupport;

namespace Notify.Host.Tests.Gateway;

/// <summary>Tests what the host believes of proxies and allows to pages in browsers.</summary>
public sealed class EdgeTests
{
    private const string Key = "a-key-of-the-edge";

    [Fact]
    public async Task Trusted_proxies_are_believed_and_pages_of_listed_origins_may_call()
    {
        using var folder = new TemporaryFolder();
        var (host, client) = await StartAsync(folder, "127.0.0.0/8");
        await using var process = host;

        // Behind a trusted proxy, failures count for the client that the proxy names, and HTTPS at the proxy is HTTPS.
        for (var i = 0; i < 20; i++)
            await CallAsync(client, "a-wrong-key-of-someone", ("X-Forwarded-For", "203.0.113.7"));
        using var blocked = await CallAsync(client, Key, ("X-Forwarded-For", "203.0.113.7"));
        Assert.Equal(HttpStatusCode.TooManyRequests, blocked.StatusCode);
        using var other = await CallAsync(
            client,
            Key,
            ("X-Forwarded-For", "203.0.113.8"),
            ("X-Forwarded-Proto", "https"),
            ("Host", "notify.example.org")
        );
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal("max-age=31536000", other.Headers.GetValues("Strict-Transport-Security").Single());
        Assert.Equal("no-store", other.Headers.GetValues("Cache-Control").Single());

        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/v1/notifications")
        {
            Headers =
            {
                { "Origin", "https://tools.example.org" },
                { "Access-Control-Request-Method", "POST" },
                { "Access-Control-Request-Headers", "authorization,idempotency-key" },
            },
        };
        using var allowed = await client.SendAsync(preflight);
        Assert.Equal("https://tools.example.org", allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        using var page = await CallAsync(client, Key, ("Origin", "https://tools.example.org"));
        Assert.Contains("RateLimit", page.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
        using var foreign = await CallAsync(client, Key, ("Origin", "https://evil.example.org"));
        Assert.False(foreign.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_client_cannot_claim_another_address()
    {
        using var folder = new TemporaryFolder();
        var (host, client) = await StartAsync(folder, "10.0.0.0/8");
        await using var process = host;

        for (var i = 0; i < 20; i++)
            await CallAsync(client, "a-wrong-key-of-someone", ("X-Forwarded-For", $"203.0.113.{i}"));

        using var blocked = await CallAsync(client, Key, ("X-Forwarded-For", "203.0.113.99"), ("X-Forwarded-Proto", "https"));
        Assert.Equal(HttpStatusCode.TooManyRequests, blocked.StatusCode);
        Assert.False(blocked.Headers.Contains("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("--Notify:TrustedProxies=proxy.example.org", "Notify:TrustedProxies contains 'proxy.example.org'")]
    [InlineData("--Notify:Cors:Origins=https://example.org/app", "Notify:Cors:Origins contains 'https://example.org/app'")]
    [InlineData("--Notify:Gateway:Notification=http://a:80", "'Notify:Gateway:Notification' is unknown")]
    [InlineData("--Notify:Gateway:Devices=devices:8080", "Notify:Gateway:Devices contains 'devices:8080'")]
    [InlineData("--Notify:Gateway:Retries=-1", "Notify:Gateway:Retries must be between 0 and 10")]
    public async Task An_invalid_setting_stops_the_start(string setting, string sentence)
    {
        using var folder = new TemporaryFolder();
        await using var host = SampleProcess.Start(
            "Notify.Host",
            folder.Path,
            "--contentRoot",
            SampleProcess.Folder("Notify.Host"),
            "--Notify:Data",
            folder.Path,
            setting
        );

        await host.WaitForExitAsync();

        Assert.Equal(1, host.ExitCode);
        Assert.Contains(sentence, host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Output, StringComparison.Ordinal);
    }

    private static Task<(ServerProcess Process, HttpClient Client)> StartAsync(TemporaryFolder folder, string trusted) =>
        SampleProcess.StartHostAsync(
            folder.Path,
            new() { ["Notify__ApiKey"] = Key },
            "--Notify:TrustedProxies",
            trusted,
            "--Notify:Cors:Origins:0",
            "https://tools.example.org",
            "--urls",
            $"http://127.0.0.1:{FreePort.Next()}"
        );

    private static async Task<HttpResponseMessage> CallAsync(
        HttpClient client,
        string key,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/topics")
        {
            Headers = { Authorization = new("Bearer", key) },
        };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await client.SendAsync(request);
    }
}
