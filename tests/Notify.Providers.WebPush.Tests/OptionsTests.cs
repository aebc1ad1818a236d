using Microsoft.Extensions.Options;

namespace Notify.Providers.WebPush.Tests;

public sealed class OptionsTests
{
    public static TheoryData<string, Action<WebPushOptions>> Invalid =>
        new()
        {
            { "Subject", options => options.Subject = null },
            { "Subject", options => options.Subject = "ops@example.org" },
            { "Subject", options => options.Subject = "mailto:nobody" },
            { "Subject", options => options.Subject = "mailto:x@localhost" },
            { "Subject", options => options.Subject = "mailto:x@LOCALHOST" },
            { "Subject", options => options.Subject = "mailto:x@mail.localhost" },
            { "Subject", options => options.Subject = "https://localhost/contact" },
            { "Subject", options => options.Subject = "https://app.localhost" },
            { "Subject", options => options.Subject = "https://127.0.0.1" },
            { "Subject", options => options.Subject = "http://example.org" },
            { "PublicKey", options => options.PublicKey = null },
            { "PublicKey", options => options.PublicKey = Keys.Private },
            { "PublicKey", options => options.PublicKey = Keys.OtherPublic },
            { "PrivateKey", options => options.PrivateKey = null },
            { "PrivateKey", options => options.PrivateKey = Keys.Public },
            { "PrivateKey", options => options.PrivateKey = Keys.Private[..^1] + "!" },
            { "ConnectTimeout", options => options.ConnectTimeout = TimeSpan.Zero },
        };

    [Theory]
    [MemberData(nameof(Invalid))]
    public async Task Invalid_options_fail_at_start_and_keys_are_not_shown(string option, Action<WebPushOptions> configure)
    {
        var refused = await RefusedAsync(configure);

        Assert.Contains(option, Assert.Single(refused.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain(Keys.Private[..^1], refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_errors_are_reported_at_once()
    {
        var refused = await RefusedAsync(options =>
        {
            options.Subject = "ops@example.org";
            options.PublicKey = "AAAA";
            options.PrivateKey = "AAAA";
            options.ConnectTimeout = TimeSpan.Zero;
        });

        Assert.Equal(4, refused.Failures.Count());
    }

    [Theory]
    [InlineData("mailto:ops@example.org")]
    [InlineData("https://example.org/contact")]
    public async Task A_contact_is_a_mailbox_or_a_web_page(string subject)
    {
        await using var application = await WebPushApplication.StartAsync(null, options => options.Subject = subject);

        Assert.Equal("webpush", application.Provider.Name);
    }

    private static async Task<OptionsValidationException> RefusedAsync(Action<WebPushOptions> configure)
    {
        using var host = WebPushApplication.Compose(configure);
        return await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
    }
}
