using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Twilio;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Providers.Twilio.Tests;

/// <summary>Tests the outcomes of Twilio's answers and how the engine handles them.</summary>
public sealed class OutcomeTests
{
    [Theory]
    [InlineData("""{"sid":"SM1","status":"failed"}""", "Retry: the message failed without an error code")]
    [InlineData("""{"sid":"SM1","status":"undelivered","error_code":39999}""", "Retry: error 39999")]
    [InlineData("""{"sid":"SM1","status":"queued","error_code":39999}""", "Sent")]
    [InlineData("""{"sid":"SM1","status":"queued","error_code":30007}""", "Rejected: 30007 Message filtered")]
    [InlineData("""{"sid":"SM1","status":"sent","error_code":null}""", "Sent")]
    public async Task A_created_message_is_mapped_by_its_status_and_code(string json, string outcome)
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);
        gateway.Trouble = _ => new TwilioTrouble { Status = 201, Json = json };

        Assert.Equal(outcome, $"{await application.AttemptAsync()}");
    }

    [Theory]
    [InlineData(200, Expected.ProviderFailed)]
    [InlineData(204, Expected.ProviderFailed)]
    [InlineData(302, Expected.ProviderFailed)]
    [InlineData(400, Expected.Rejected)]
    [InlineData(401, Expected.ProviderFailed)]
    [InlineData(402, Expected.ProviderFailed)]
    [InlineData(403, Expected.ProviderFailed)]
    [InlineData(404, Expected.ProviderFailed)]
    [InlineData(405, Expected.ProviderFailed)]
    [InlineData(408, Expected.Retry)]
    [InlineData(409, Expected.Rejected)]
    [InlineData(410, Expected.ProviderFailed)]
    [InlineData(413, Expected.Rejected)]
    [InlineData(422, Expected.Rejected)]
    [InlineData(429, Expected.Throttled)]
    [InlineData(500, Expected.Retry)]
    [InlineData(502, Expected.AnswerLost)]
    [InlineData(503, Expected.ProviderFailed)]
    [InlineData(504, Expected.AnswerLost)]
    public async Task An_answer_without_a_known_code_is_mapped_by_its_status(int status, Expected expected)
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);
        gateway.Trouble = _ => new TwilioTrouble { Status = status };
        ExpectedOutcomes.AssertIs(expected, $"HTTP {status}", await application.AttemptAsync());

        gateway.Trouble = _ => new TwilioTrouble { Status = status, Code = 39999 };
        Assert.Contains("39999", status is 204 ? "39999" : (await application.AttemptAsync()).Reason);
    }

    [Theory]
    [InlineData(429, 20429, true)]
    [InlineData(429, 21611, true)]
    [InlineData(503, 20503, false)]
    public async Task Retry_After_is_honored(int status, int code, bool isThrottled)
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);
        gateway.Trouble = _ => new TwilioTrouble
        {
            Status = status,
            Code = code,
            RetryAfter = "33",
        };

        var outcome = await application.AttemptAsync();

        Assert.Equal((TimeSpan.FromSeconds(33), isThrottled), (outcome.RetryAfter, outcome.IsThrottled));
    }

    [Fact]
    public async Task An_opt_out_becomes_a_preference_of_the_user()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);
        var user = new User
        {
            Id = "ada",
            Addresses = new Dictionary<string, string> { ["phone"] = "+15005550004" },
        };
        await application.Services.GetRequiredService<IRecipients>().SaveUserAsync(user);

        var delivery = await application.SendAsync(Recipient.User("ada"));

        Assert.Equal(DeliveryState.DeadLetter, delivery.State);
        Assert.Equal("21610 Attempt to send to unsubscribed recipient", delivery.Reason);
        var learnt = Assert.Single(
            (
                await application
                    .Services.GetRequiredService<IRecipients>()
                    .FindPreferencesAsync(Trigger.DefaultTenant, "ada", TestContext.Current.CancellationToken)
            ).Value
        );
        Assert.Equal(
            (null, Channel.Sms, PreferenceStatus.OptedOut, PreferenceSource.Reply),
            (learnt.Category, learnt.Channel, learnt.Status, learnt.Source)
        );
    }

    [Fact]
    public async Task A_sender_that_cannot_send_fails_over_to_another_provider()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var other = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(
            gateway,
            options => options.From = "+15005550007",
            services => services.AddNotifications().AddTwilio("twilio-eu", options => TwilioApplication.Fill(options, other))
        );

        var sent = await application.SendAsync(Recipient.Phone("+46701234567"));

        var delivery = await application.FindAsync(sent, found => found.State == DeliveryState.Sent, "the other provider");
        Assert.Equal(["twilio", "twilio-eu"], delivery.Attempts.Select(attempt => attempt.Provider));
        Assert.Single(other.Messages);
    }

    [Fact]
    public async Task Numbers_in_a_forbidden_region_do_not_affect_other_numbers()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);
        for (var i = 0; i < 20; i++)
            Assert.Equal(DeliveryState.DeadLetter, (await application.SendAsync(Recipient.Phone("+15005550003"))).State);

        Assert.Equal(DeliveryState.Sent, (await application.SendAsync(Recipient.Phone("+46701234567"))).State);
    }

    [Fact]
    public async Task Numbers_that_the_sender_cannot_reach_do_not_affect_other_numbers()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);
        gateway.Trouble = number => number <= 30 ? new TwilioTrouble { Status = 400, Code = 30034 } : null;
        for (var i = 0; i < 30; i++)
            Assert.Equal(DeliveryState.DeadLetter, (await application.SendAsync(Recipient.Phone("+12025550123"))).State);

        Assert.Equal(DeliveryState.Sent, (await application.SendAsync(Recipient.Phone("+46701234567"))).State);
    }

    [Fact]
    public async Task A_message_whose_answer_is_lost_is_billed_once_and_ends_with_the_reason()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);
        gateway.Trouble = _ => new TwilioTrouble { LosesAnswer = true };

        var ended = await application.SendAsync(Recipient.Phone("+46701234567"));

        var reason = Assert.Single(ended.Attempts).Reason;
        Assert.StartsWith("sent, but the answer was lost: connection failed (", reason, StringComparison.Ordinal);
        Assert.Equal(
            (DeliveryState.DeadLetter, $"may have been sent, and is not repeated: {reason}"),
            (ended.State, ended.Reason)
        );
        Assert.Equal((1, OutcomeKind.AnswerLost), (gateway.Accepted, ended.Attempts[0].Outcome));
    }

    [Fact]
    public async Task A_message_whose_answer_is_lost_is_repeated_if_the_channel_allows_it()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway, services: services =>
            services.Configure<RetryOptions>("sms", retry =>
            {
                (retry.MaxAttempts, retry.RepeatAfterLostAnswer) = (4, true);
                retry.Delay = TimeSpan.FromMilliseconds(10);
            })
        );
        gateway.Trouble = _ => new TwilioTrouble { LosesAnswer = true };

        var sent = await application.SendAsync(Recipient.Phone("+46701234567"));

        var ended = await application.FindAsync(sent, found => found.State != DeliveryState.Pending, "the last attempt");
        Assert.Equal((DeliveryState.DeadLetter, 4, 4), (ended.State, ended.Attempts.Count, gateway.Accepted));
    }

    [Fact]
    public async Task A_refused_connection_is_a_provider_failure()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway, options =>
            options.BaseAddress = new Uri($"http://127.0.0.1:{FreePort.Next()}/")
        );

        ExpectedOutcomes.AssertIs(
            Expected.ProviderFailed,
            "connection failed (ConnectionRefused)",
            await application.AttemptAsync()
        );
    }
}
