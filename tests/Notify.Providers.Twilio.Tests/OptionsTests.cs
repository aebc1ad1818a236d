using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Notify.Providers.Twilio.Tests;

/// <summary>Tests that invalid options fail at start.</summary>
public sealed class OptionsTests
{
    private static readonly string AccountSid = "AC" + new string('0', 32);

    [Fact]
    public async Task All_errors_are_reported_at_once()
    {
        var failures = await FailuresAsync(options =>
        {
            options.AccountSid = "AC1";
            options.ApiKeySid = "SK" + new string('g', 32);
            options.From = "no sender!";
            options.MessagingServiceSid = "MG1";
            options.StatusCallbackUrl = new Uri("http://example.org/v1/callbacks/twilio");
            options.BaseAddress = new Uri("http://api.example.org/");
            options.PricePerSegment = -1;
            options.Currency = "euro";
        });

        string[] wrong =
        [
            "AccountSid must",
            "ApiKeySid must",
            "Set both ApiKeySid and ApiKeySecret",
            "Set AuthToken: calls",
            "Set exactly one of From",
            "From must",
            "MessagingServiceSid must",
            "StatusCallbackUrl must",
            "BaseAddress must",
            "PricePerSegment must",
            "Currency must",
        ];
        Assert.Equal(wrong.Length, failures.Count);
        Assert.All(wrong, part => Assert.Contains(failures, failure => failure.Contains(part, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Empty_options_are_refused()
    {
        var failures = await FailuresAsync(_ => { });

        Assert.Equal(3, failures.Count);
        Assert.Contains(failures, failure => failure.Contains("AccountSid", StringComparison.Ordinal));
        Assert.Contains("Twilio provider 'twilio': Set AuthToken, or ApiKeySid and ApiKeySecret.", failures);
        Assert.Contains("Twilio provider 'twilio': Set exactly one of From and MessagingServiceSid.", failures);
    }

    [Theory]
    [InlineData("+46701234567", true)]
    [InlineData("12345", true)]
    [InlineData("My Shop", true)]
    [InlineData("A-1_b & c+d", true)]
    [InlineData("46701234567", false)]
    [InlineData("+0701234567", false)]
    [InlineData("Twelve chars", false)]
    [InlineData("Åre", false)]
    [InlineData("+46701234567\n", false)]
    public async Task A_sender_is_a_number_a_short_code_or_a_sender_id(string from, bool expected)
    {
        var failures = await FailuresAsync(options =>
            (options.AccountSid, options.AuthToken, options.From, options.Currency) = (AccountSid, "t", from, "EUR")
        );

        Assert.Contains("Set both PricePerSegment and Currency, or neither.", failures.Select(failure => failure.Split(": ")[1]));
        Assert.Equal(expected, failures.Count == 1);
    }

    [Theory]
    [InlineData("https://api.dublin.ie1.twilio.com", true)]
    [InlineData("http://localhost:4010/", true)]
    [InlineData("https://api.twilio.com/?a=1", false)]
    [InlineData("https://user@api.twilio.com/", false)]
    public async Task Credentials_require_https(string address, bool expected)
    {
        var failures = await FailuresAsync(options =>
        {
            (options.AccountSid, options.AuthToken, options.From, options.Currency) = (AccountSid, "t", "+46701234567", "EUR");
            options.BaseAddress = new Uri(address);
        });

        Assert.Equal(expected, failures.Count == 1);
    }

    [Fact]
    public async Task Errors_at_start_contain_no_secret()
    {
        var failures = await FailuresAsync(options =>
        {
            (options.AccountSid, options.AuthToken) = ("secret-1", "secret-2");
            (options.ApiKeySecret, options.From) = ("secret-3", "secret-4!");
        });

        Assert.NotEmpty(failures);
        Assert.DoesNotContain(failures, failure => failure.Contains("secret-", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<string>> FailuresAsync(Action<TwilioOptions> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddNotifications().UseInMemory().AddTwilio(configure);
        using var host = builder.Build();
        return [.. (await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())).Failures];
    }
}
