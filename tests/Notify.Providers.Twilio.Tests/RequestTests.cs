using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Twilio;

namespace Notify.Providers.Twilio.Tests;

/// <summary>Tests the requests that are sent to Twilio.</summary>
public sealed class RequestTests
{
    [Theory]
    [InlineData("Order 7 & 8 = 100 % + \"done\"; a/b?c#d")]
    [InlineData("Räksmörgås på Ångström: €5 {x} ~ \\ ^")]
    [InlineData("二十四 👩‍👩‍👧 \U0001F600\r\nline two\ttab")]
    public async Task A_text_arrives_unchanged(string body)
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);

        var delivery = await application.SendAsync(Recipient.Phone("+46701234567"), body);

        var message = Assert.Single(gateway.Messages);
        Assert.Equal((body, "+46701234567", gateway.Account.Number), (message.Body, message.To, message.From));
        Assert.Equal((DeliveryState.Sent, message.Sid), (delivery.State, Assert.Single(delivery.Attempts).ProviderMessageId));
        Assert.Null(message.StatusCallback);
    }

    [Fact]
    public async Task An_API_key_is_used_instead_of_the_auth_token()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway, options =>
        {
            options.AuthToken = "revoked";
            (options.ApiKeySid, options.ApiKeySecret) = (gateway.Account.ApiKeySid, gateway.Account.ApiKeySecret);
        });

        Assert.Equal(OutcomeKind.Sent, (await application.AttemptAsync()).Kind);
    }

    [Fact]
    public async Task A_messaging_service_replaces_the_sender()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway, options =>
            (options.From, options.MessagingServiceSid) = (null, gateway.Account.MessagingServiceSid)
        );

        var outcome = await application.AttemptAsync(new string('x', 161));

        var message = Assert.Single(gateway.Messages);
        Assert.Equal((null, gateway.Account.MessagingServiceSid), (message.From, message.MessagingServiceSid));
        Assert.Equal(2, outcome.Cost?.Segments);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_is_sent_from_the_sender_that_it_names_if_it_is_allowed(bool hasMessagingService)
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway, options =>
        {
            options.AllowedFrom.Add("Shop & Co");
            options.AllowedFrom.Add(gateway.Account.Number);
            if (hasMessagingService)
                (options.From, options.MessagingServiceSid) = (null, gateway.Account.MessagingServiceSid);
        });

        var delivery = await application.SendAsync(Recipient.Phone("+46701234567"), Create(gateway.Account.Number));

        var message = Assert.Single(gateway.Messages);
        Assert.Equal((gateway.Account.Number, null), (message.From, message.MessagingServiceSid));
        Assert.Equal(DeliveryState.Sent, delivery.State);

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync(Recipient.Phone("+46701234567"), Create("Shop"))
        );
        var error = Assert.Single(refused.Errors);
        Assert.Equal(
            ("content.sms.from", $"The provider 'twilio' allows only Shop & Co, {gateway.Account.Number}."),
            (error.Field, error.Message)
        );
        var outcome = await application.Provider.SendAsync(
            delivery.Delivery with
            {
                Content = Create("Shop"),
            },
            CancellationToken.None
        );
        Assert.Equal(OutcomeKind.Rejected, outcome.Kind);
        Assert.Single(gateway.Messages);

        static Content Create(string from) =>
            new()
            {
                Body = "text",
                Sms = new SmsContent { From = from },
            };
    }

    [Fact]
    public async Task The_callback_URL_names_the_tenant_and_the_delivery()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway, options =>
            options.StatusCallbackUrl = new Uri(TwilioApplication.CallbackUrl)
        );

        var delivery = await application.SendAsync(Recipient.Phone("+46701234567"), tenant: "acme & co");

        Assert.Equal(
            $"{TwilioApplication.CallbackUrl}?tenant=acme%20%26%20co&delivery={delivery.Delivery.Id}",
            Assert.Single(gateway.Messages).StatusCallback
        );
    }

    [Theory]
    [InlineData(90, 80, 90)]
    [InlineData(0.2, 1, 1)]
    [InlineData(-5, 1, 1)]
    [InlineData(86_400, null, null)]
    public async Task The_validity_period_ends_when_the_delivery_expires(double seconds, int? least, int? most)
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);

        await application.AttemptAsync(expiresIn: TimeSpan.FromSeconds(seconds));

        var validity = Assert.Single(gateway.Messages).ValidityPeriod;
        Assert.True(validity is null ? least is null : validity >= least && validity <= most, $"The validity is {validity}.");
    }

    [Theory]
    [InlineData(1_600, OutcomeKind.Sent)]
    [InlineData(1_601, OutcomeKind.Rejected)]
    public async Task A_body_that_is_too_long_is_rejected_without_a_call(int length, OutcomeKind expected)
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);
        var calls = 0;
        gateway.Trouble = number =>
        {
            calls = number;
            return null;
        };

        foreach (var character in (string[])["x", "\U0001F600"])
            Assert.Equal(expected, (await application.AttemptAsync(string.Concat(Enumerable.Repeat(character, length)))).Kind);
        Assert.Equal(expected == OutcomeKind.Sent ? 2 : 0, calls);
    }

    [Fact]
    public async Task Content_without_a_body_is_rejected()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);

        Assert.Equal("Rejected: an SMS must have a body", $"{await application.AttemptAsync("")}");
    }

    [Fact]
    public async Task Many_messages_share_one_connection_over_http2()
    {
        await using var gateway = await TwilioGateway.StartAsync(tls: true);
        await using var application = await TwilioApplication.StartAsync(gateway, services: services =>
            services
                .AddHttpClient("Notify.twilio")
                .ConfigurePrimaryHttpMessageHandler(
                    (handler, _) => ((SocketsHttpHandler)handler).SslOptions = gateway.Server.Authority!.Trust
                )
        );
        await application.AttemptAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => application.AttemptAsync().AsTask()));

        Assert.All(outcomes, outcome => Assert.Equal(OutcomeKind.Sent, outcome.Kind));
        Assert.Equal(1, gateway.Server.ConnectionsAccepted);
    }
}
