using Microsoft.Extensions.DependencyInjection;

namespace Notify.Providers.Webhook.Tests;

/// <summary>One receiver's secret verifies its own messages, and no one else's.</summary>
public sealed class EndpointSecretTests
{
    private const string Acme = "acme";
    private const string Globex = "globex";

    [Fact]
    public async Task Every_tenant_and_url_has_a_secret_that_verifies_no_other_message()
    {
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await WebhookApplication.StartAsync();
        var url = $"http://127.0.0.1:{endpoint.Port}/hook";
        (string Tenant, string Url)[] endpoints =
        [
            (Acme, url),
            (Globex, url),
            (Acme, $"{url}/"),
            (Acme, $"{url}?a=1"),
            (Acme, $"{url}?a=2"),
            (Acme, url.Replace("/hook", "/Hook", StringComparison.Ordinal)),
        ];

        var secrets = new List<string>();
        foreach (var (tenant, to) in endpoints)
        {
            await application.SendAsync(to, tenant: tenant);
            secrets.Add(await application.GetSecretAsync(to, tenant));
        }

        secrets.Add(WebhookApplication.Secret);
        var requests = endpoint.Requests;
        Assert.Equal(endpoints.Length, requests.Count);
        for (var i = 0; i < requests.Count; i++)
        {
            var valid = secrets.Where(requests[i].IsVerifiedBy);
            Assert.Equal([secrets[i]], valid);
        }
    }

    [Theory]
    [InlineData("http://example.org/hook", "HTTP://EXAMPLE.org:80/hook#part")]
    [InlineData("https://example.org/?a=1", "https://EXAMPLE.ORG:443?a=1")]
    [InlineData("http://b\u00fccher.example/hook", "http://xn--bcher-kva.example/hook")]
    [InlineData("http://[2001:db8::1]/hook", "http://[2001:DB8:0:0::1]:80/hook")]
    public async Task The_same_endpoint_in_another_spelling_has_the_same_secret(string one, string other)
    {
        await using var application = await WebhookApplication.StartFrozenAsync();

        Assert.Equal(await application.GetSecretAsync(one), await application.GetSecretAsync(other));
    }

    // Computed with another language's HMAC by RFC 5869. Another derivation would lock out every receiver.
    [Fact]
    public async Task The_derivation_stays_the_same()
    {
        await using var application = await WebhookApplication.StartFrozenAsync(options =>
            options.Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        );

        var first = await application.Secrets.GetAsync(Acme, "https://example.org/hook?a=1");
        var second = await application.Secrets.RotateAsync(Acme, "https://example.org/hook?a=1");

        Assert.Equal(new EndpointSecret { Value = "whsec_jyC995nkZt/iTIoCTQV/n+ti3eB8UwwedkEcgh5hMBo=", Version = 1 }, first);
        Assert.Equal(
            new EndpointSecret
            {
                Value = "whsec_AvLWyMdO6q3cJyolTNQwbjvdkp1Gb9CGovVjfhg9oi8=",
                Version = 2,
                RotatedAt = TestClock.Start,
                PreviousUntil = TestClock.Start.AddHours(24),
            },
            second
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("example.org/hook")]
    [InlineData("ftp://example.org/")]
    [InlineData("http://\u200b/")]
    public async Task An_address_that_is_not_a_url_has_no_secret(string url)
    {
        await using var application = await WebhookApplication.StartFrozenAsync();

        var read = await Assert.ThrowsAsync<InvalidRequestException>(() => application.GetSecretAsync(url));
        var rotated = await Assert.ThrowsAsync<InvalidRequestException>(async () =>
            await application.Secrets.RotateAsync(Acme, url)
        );

        Assert.Equal("url", Assert.Single(read.Errors).Field);
        Assert.Equal("url", Assert.Single(rotated.Errors).Field);
    }

    [Fact]
    public async Task Each_provider_has_its_own_secrets()
    {
        await using var application = await WebhookApplication.StartFrozenAsync(configureServices: services =>
            services.AddNotifications().AddWebhook("partner-hooks", options => options.Secret = StandardWebhooks.NewSecret())
        );

        var secrets = application.Services.GetServices<IEndpointSecrets>().ToArray();
        Assert.Equal(["partner-hooks", "webhook"], secrets.Select(provider => provider.Provider).Order());
        await secrets[0].RotateAsync(Acme, "https://example.org/");
        var (one, other) = (
            await secrets[0].GetAsync(Acme, "https://example.org/"),
            await secrets[1].GetAsync(Acme, "https://example.org/")
        );
        Assert.NotEqual(one.Value, other.Value);
        Assert.Equal((2, 1), (one.Version, other.Version));
    }

    [Fact]
    public async Task A_secret_is_not_told_by_its_text()
    {
        await using var application = await WebhookApplication.StartFrozenAsync();

        var secret = await application.Secrets.RotateAsync(Acme, "https://example.org/");

        Assert.Equal("version 2", secret.ToString());
    }
}
