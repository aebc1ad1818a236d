using Microsoft.Extensions.Options;

namespace Notify.Providers.Webhook.Tests;

public sealed class OptionsTests
{
    public static TheoryData<string> MalformedSecrets =>
        [
            "",
            StandardWebhooks.NewSecret()["whsec_".Length..],
            "whsec_" + new string('!', 40),
            StandardWebhooks.NewSecret(23),
            StandardWebhooks.NewSecret(65),
        ];

    [Theory]
    [MemberData(nameof(MalformedSecrets))]
    public async Task A_malformed_secret_fails_at_start_and_is_not_shown(string secret)
    {
        var refused = await RefusedAsync(options => options.Secret = secret);

        Assert.Contains(nameof(WebhookOptions.Secret), Assert.Single(refused.Failures), StringComparison.Ordinal);
        if (secret.Length > 0)
            Assert.DoesNotContain(secret, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_at_once()
    {
        var refused = await RefusedAsync(options =>
        {
            options.PreviousSecret = "whsec_short";
            options.ConnectTimeout = TimeSpan.Zero;
        });

        Assert.Equal(3, refused.Failures.Count());
        foreach (var option in (string[])["Secret", "PreviousSecret", "ConnectTimeout"])
            Assert.Contains(refused.Failures, failure => failure.Contains($"'{option}'", StringComparison.Ordinal));
    }

    private static async Task<OptionsValidationException> RefusedAsync(Action<WebhookOptions> configure)
    {
        using var host = WebhookApplication.Compose(configure);
        return await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
    }
}
