using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Twilio;

namespace Notify.Providers.Twilio.Tests;

/// <summary>Tests Twilio's status callbacks through the HTTP API.</summary>
public sealed class CallbackTests
{
    [Fact]
    public async Task A_delivered_message_has_a_receipt()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await StartAsync(gateway);
        var sent = await application.SendAsync(Recipient.Phone("+46701234567"), tenant: "acme & co");

        Assert.Equal(204, await gateway.DeliverAsync(Assert.Single(gateway.Messages)));

        var receipt = Assert.Single((await ReceiptsAsync(application, sent, 1)).Receipts);
        Assert.Equal((sent.Delivery.Id, ReceiptKind.Delivered, null), (receipt.DeliveryId, receipt.Kind, receipt.Detail));
    }

    [Theory]
    [InlineData("+15005530003", "30003 Unreachable destination handset")]
    [InlineData("+15005530004", "30004 Message blocked")]
    [InlineData("+15005530005", "30005 Unknown destination handset")]
    [InlineData("+15005530006", "30006 Landline or unreachable carrier")]
    [InlineData("+15005530007", "30007 Message filtered")]
    [InlineData("+15005530008", "30008 Unknown error")]
    public async Task An_undelivered_message_has_a_receipt_with_the_reason(string number, string detail)
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await StartAsync(gateway);
        var sent = await application.SendAsync(Recipient.Phone(number));

        Assert.Equal(204, await gateway.DeliverAsync(Assert.Single(gateway.Messages)));

        var receipt = Assert.Single((await ReceiptsAsync(application, sent, 1)).Receipts);
        Assert.Equal((ReceiptKind.Bounced, detail), (receipt.Kind, receipt.Detail));
    }

    [Theory]
    [InlineData("queued", null, null, null)]
    [InlineData("sending", null, null, null)]
    [InlineData("sent", null, null, null)]
    [InlineData("delivered", null, "delivered", null)]
    [InlineData("read", null, "opened", null)]
    [InlineData("failed", null, "bounced", null)]
    [InlineData("failed", 21610, "bounced", "21610 Attempt to send to unsubscribed recipient")]
    [InlineData("undelivered", 39999, "bounced", "error 39999")]
    public async Task A_final_status_creates_a_receipt(string status, int? code, string? kind, string? detail)
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await StartAsync(gateway);
        var sent = await application.SendAsync(Recipient.Phone("+46701234567"));

        Assert.Equal(204, await gateway.CallBackAsync(Assert.Single(gateway.Messages), status, code));

        var receipts = (await ReceiptsAsync(application, sent, kind is null ? 0 : 1)).Receipts;
        Assert.Equal((kind, detail), (receipts.SingleOrDefault()?.Kind.Name, receipts.SingleOrDefault()?.Detail));
    }

    [Theory]
    [InlineData("failed", 21610, PreferenceStatus.OptedOut)]
    [InlineData("undelivered", 21610, PreferenceStatus.OptedOut)]
    [InlineData("undelivered", 30005, null)]
    [InlineData("delivered", 21610, null)]
    public async Task A_callback_that_tells_of_a_STOP_opts_the_user_out(string status, int code, PreferenceStatus? expected)
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await StartAsync(gateway);
        var recipients = application.Services.GetRequiredService<IRecipients>();
        foreach (var tenant in (string[])["acme & co", "other"])
            await recipients.SaveUserAsync(Ada() with { Tenant = tenant });
        var sent = await application.SendAsync(Recipient.User("ada"), tenant: "acme & co");

        Assert.Equal(204, await gateway.CallBackAsync(Assert.Single(gateway.Messages), status, code));
        Assert.Equal(204, await gateway.CallBackAsync(Assert.Single(gateway.Messages), status, code));

        await ReceiptsAsync(application, sent, 2);
        var preferences = (await recipients.FindPreferencesAsync("acme & co", "ada")).Value;
        Assert.Equal(
            expected is null ? [] : [(Channel.Sms, null, PreferenceStatus.OptedOut, PreferenceSource.Reply)],
            preferences.Select(one => (one.Channel!.Value, one.Category, one.Status, one.Source))
        );
        Assert.Empty((await recipients.FindPreferencesAsync("other", "ada")).Value);
        Assert.Equal("sv", (await recipients.FindUserAsync("acme & co", "ada"))!.Value.Locale);
    }

    [Fact]
    public async Task A_number_without_a_user_that_sent_STOP_gets_no_more()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await StartAsync(gateway);
        await application.SendAsync(Recipient.Phone("+46701234567"));
        await gateway.CallBackAsync(Assert.Single(gateway.Messages), "failed", 21610);

        var declined = await application.PlanAsync(Recipient.Phone("0046 70 123 45 67"));
        await application.SendAsync(Recipient.Phone("+46701234567"), tenant: "other");
        await application.SendAsync(Recipient.Phone("+46701234568"));

        Assert.Equal((DeliveryState.Cancelled, "the phone number opted out"), (declined.State, declined.Reason));
        Assert.Equal(3, gateway.Messages.Count);
    }

    [Fact]
    public async Task A_call_signed_by_another_account_is_refused()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await StartAsync(gateway, options => options.AuthToken = "another", byApiKey: true);
        var sent = await application.SendAsync(Recipient.Phone("+46701234567"));

        Assert.Equal(403, await gateway.CallBackAsync(Assert.Single(gateway.Messages), "delivered"));
        Assert.Empty((await ReceiptsAsync(application, sent, 0)).Receipts);
    }

    [Fact]
    public async Task Every_call_is_refused_without_a_callback_URL()
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await TwilioApplication.StartAsync(gateway);
        gateway.CallbackProxy = application.Address;
        await application.AttemptAsync();

        var message = gateway.Messages[0] with { StatusCallback = $"{TwilioApplication.CallbackUrl}?delivery={Guid.NewGuid()}" };
        Assert.Equal(403, await gateway.CallBackAsync(message, "delivered"));
    }

    // The example is from Twilio's documentation ("Validating Requests") and from the tests of Twilio's libraries.
    [Theory]
    [InlineData("https://mycompany.com/myapp.php", "?foo=1&bar=2", true)]
    [InlineData("https://mycompany.com:443/myapp.php", "?foo=1&bar=2", true)]
    [InlineData("https://mycompany.com:8443/myapp.php", "?foo=1&bar=2", true)]
    [InlineData("https://mycompany.com/myapp.php", "?foo=1&bar=3", false)]
    [InlineData("https://mycompany.com/other.php", "?foo=1&bar=2", false)]
    public void The_signature_of_Twilios_example_is_valid(string url, string query, bool expected)
    {
        KeyValuePair<string, string>[] fields =
        [
            new("To", "+18005551212"),
            new("Digits", "1234"),
            new("CallSid", "CA1234567890ABCDE"),
            new("From", "+12349013030"),
            new("Caller", "+12349013030"),
        ];

        const string Signature = "0/KCTR6DLpKmkAf8muzZqo1nDgQ=";
        Assert.Equal(expected, new TwilioSignature(new Uri(url), "12345").Verify(query, fields, Signature));
        Assert.False(new TwilioSignature(new Uri(url), "12345").Verify(query, [.. fields, new("More", "")], Signature));
        Assert.False(new TwilioSignature(new Uri(url), "54321").Verify(query, fields, Signature));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not base64 !")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task A_malformed_signature_is_refused(string? signature)
    {
        await using var gateway = await TwilioGateway.StartAsync();
        await using var application = await StartAsync(gateway);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (signature is not null)
            headers.Add("x-twilio-signature", signature);

        var call = new VendorCall("?delivery=x", headers, "MessageStatus=delivered&&=%zz"u8.ToArray());
        Assert.Same(CallbackResult.InvalidSignature, await application.Callback.ReadAsync(call, default));
    }

    private static User Ada() =>
        new()
        {
            Id = "ada",
            Addresses = new Dictionary<string, string> { ["phone"] = "+46701234567" },
            Locale = "sv",
        };

    private static async Task<TwilioApplication> StartAsync(
        TwilioGateway gateway,
        Action<TwilioOptions>? configure = null,
        bool byApiKey = false
    )
    {
        var application = await TwilioApplication.StartAsync(gateway, options =>
        {
            options.StatusCallbackUrl = new Uri(TwilioApplication.CallbackUrl);
            if (byApiKey)
                (options.ApiKeySid, options.ApiKeySecret) = (gateway.Account.ApiKeySid, gateway.Account.ApiKeySecret);
            configure?.Invoke(options);
        });
        gateway.CallbackProxy = application.Address;
        return application;
    }

    private static Task<DeliveryRecord> ReceiptsAsync(TwilioApplication application, DeliveryRecord sent, int count) =>
        application.FindAsync(sent, found => found.Receipts.Count == count, $"{count} receipts");
}
