using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>The page of the reference host that shows the OpenAPI document, in a real browser.</summary>
public sealed partial class ReferencePageTests
{
    // Both lists contain the past, also from before the first evaluation.
    private const string Observe = """
        window.violations = [];
        new ReportingObserver((reports) => reports.forEach((report) =>
          window.violations.push(`${report.body.effectiveDirective}: ${report.body.blockedURL}`)),
          { types: ["csp-violation"], buffered: true }).observe();
        ''
        """;

    private const string Hosts =
        "[...new Set(performance.getEntriesByType('resource').map(entry => new URL(entry.name).host))].join(' ')";

    private static readonly string[] KeyRequired = ["--Notify:RequireKey", "true"];

    [Fact]
    public async Task The_page_shows_the_operations_without_a_key_and_asks_no_other_host()
    {
        var chromium = ServerProcess.Find("chromium");
        using var folder = new TemporaryFolder();
        var (host, client) = await SampleProcess.StartHostAsync(folder.Path, null, KeyRequired);
        await using var _ = host;
        using var refused = await client.GetAsync("/v1/notifications");
        await refused.ProblemAsync(HttpStatusCode.Unauthorized);
        var address = await Eventually.FindAsync(() => Task.FromResult(FindLink(host)), "the link to the page");
        await CheckPolicyAsync(client, address);

        await using var page = await DevTools.OpenAsync(
            chromium,
            folder.File("browser"),
            DevTools.CreateHeadless(folder.File("browser")),
            address
        );
        await page.EvaluateAsync(Observe);

        // The summary of an operation, from the document.
        const string HasOperations = "document.body.innerText.includes('Accepts a notification')";
        await Eventually.TrueAsync(
            async () => (await page.EvaluateAsync(HasOperations)).ValueKind == JsonValueKind.True,
            "the operations"
        );
        Assert.Equal(address.Authority, (await page.EvaluateAsync(Hosts)).GetString());
        Assert.Equal("", (await page.EvaluateAsync("window.violations.join('\\n')")).GetString());
    }

    [Theory]
    [InlineData("Notify:Reference", "")]
    [InlineData("Notify:Roles", "notifications")]
    public async Task Only_a_gateway_that_has_not_switched_it_off_serves_the_page(string setting, string value)
    {
        using var folder = new TemporaryFolder();
        var (host, client) = await SampleProcess.StartHostAsync(folder.Path, null, $"--{setting}={value}");
        await using var _ = host;

        using var answer = await client.GetAsync("/reference/");

        await answer.ProblemAsync(HttpStatusCode.NotFound);
        Assert.Null(FindLink(host));
    }

    private static async Task CheckPolicyAsync(HttpClient client, Uri address)
    {
        using var first = await client.GetAsync(address);
        using var second = await client.GetAsync(address);
        var policy = first.Headers.GetValues("Content-Security-Policy").Single();

        Assert.StartsWith("default-src 'none'; script-src 'nonce-", policy, StringComparison.Ordinal);
        Assert.NotEqual(policy, second.Headers.GetValues("Content-Security-Policy").Single());
        Assert.DoesNotMatch("https?:|\\*|unsafe-eval", policy);
        Assert.Equal("nosniff", first.Headers.GetValues("X-Content-Type-Options").Single());
    }

    private static Uri? FindLink(ServerProcess host) =>
        Link().Match(host.Output) is { Success: true } link ? new(link.Value) : null;

    [GeneratedRegex("http://[^ ]+/reference/")]
    private static partial Regex Link();
}
