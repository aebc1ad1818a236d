using System.Text;
using Microsoft.Extensions.Options;

namespace Notify.Providers.TwilioSdk.Tests;

/// <summary>Tests the requests that are sent to Twilio and the answers about created messages.</summary>
public sealed class MessageTests
{
    private const string Created = """{"sid":"SM1","status":"queued","num_segments":"2","price":"-0.01580","price_unit":"USD"}""";

    [Fact]
    public async Task A_message_has_the_sender_of_the_options()
    {
        await using var vendor = await Vendor.StartAsync(201, Created);
        await using var application = new Application(vendor.Address, options =>
            options.StatusCallbackUrl = new Uri("https://example.org/status")
        );
        var delivery = Application.Sms();

        await application.Provider.SendAsync(delivery with { ExpiresAt = delivery.AcceptedAt.AddDays(3) }, default);

        var request = Assert.Single(vendor.Requests);
        Assert.Equal($"/2010-04-01/Accounts/{Application.AccountSid}/Messages.json", request.Path);
        Assert.Equal(
            "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Application.AccountSid}:{Application.Secret}")),
            request.Authorization
        );
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["To"] = Application.Number,
                ["From"] = "+15005550006",
                ["Body"] = "content-text",
                ["StatusCallback"] = "https://example.org/status",
                ["ValidityPeriod"] = "36000",
            },
            request.Form
        );
    }

    [Fact]
    public async Task A_messaging_service_chooses_the_sender()
    {
        await using var vendor = await Vendor.StartAsync(201, Created);
        await using var application = new Application(vendor.Address, options =>
            (options.From, options.MessagingServiceSid) = (null, "MG0123456789abcdef0123456789abcdef")
        );

        await application.Provider.SendAsync(Application.Sms(), default);

        var form = Assert.Single(vendor.Requests).Form;
        Assert.Equal("MG0123456789abcdef0123456789abcdef", form["MessagingServiceSid"]);
        Assert.DoesNotContain("From", form.Keys);
    }

    [Theory]
    [InlineData("Shop", OutcomeKind.Sent)]
    [InlineData("Other", OutcomeKind.Rejected)]
    [InlineData("shop", OutcomeKind.Rejected)]
    public async Task A_message_is_sent_from_the_sender_that_it_names_if_it_is_allowed(string sender, OutcomeKind kind)
    {
        await using var vendor = await Vendor.StartAsync(201, Created);
        await using var application = new Application(vendor.Address, options =>
        {
            (options.From, options.MessagingServiceSid) = (null, "MG0123456789abcdef0123456789abcdef");
            options.AllowedFrom.Add("Shop");
        });
        var content = new Content
        {
            Body = "content-text",
            Sms = new SmsContent { From = sender },
        };

        var outcome = await application.Provider.SendAsync(Application.Sms(content), default);

        Assert.Equal(kind, outcome.Kind);
        Assert.Equal(kind == OutcomeKind.Sent ? ["Shop"] : [], vendor.Requests.Select(request => request.Form["From"]));
        Assert.DoesNotContain(vendor.Requests, request => request.Form.ContainsKey("MessagingServiceSid"));
    }

    [Theory]
    [InlineData(Created, 2, "0.0158", "USD")]
    [InlineData("""{"sid":"SM1","status":"queued","num_segments":"1","price":null,"price_unit":"USD"}""", 1, null, null)]
    public async Task The_cost_that_Twilio_reports_is_recorded(string answer, int segments, string? amount, string? currency)
    {
        await using var vendor = await Vendor.StartAsync(201, answer);
        await using var application = new Application(vendor.Address);

        var outcome = await application.Provider.SendAsync(Application.Sms(), default);

        Assert.Equal((OutcomeKind.Sent, "SM1"), (outcome.Kind, outcome.ProviderMessageId));
        var price = amount is null ? (decimal?)null : decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(new Cost(segments, price, currency), outcome.Cost);
    }

    [Fact]
    public async Task The_cost_is_unknown_until_a_sender_is_chosen()
    {
        await using var vendor = await Vendor.StartAsync(201, """{"sid":"SM1","status":"accepted","num_segments":"0"}""");
        await using var application = new Application(vendor.Address);

        Assert.Null((await application.Provider.SendAsync(Application.Sms(), default)).Cost);
    }

    [Fact]
    public async Task A_message_without_a_body_is_rejected_without_a_call()
    {
        await using var vendor = await Vendor.StartAsync(201, Created);
        await using var application = new Application(vendor.Address);

        var outcome = await application.Provider.SendAsync(Application.Sms(new Content { Title = "Only a title" }), default);

        Assert.Equal((OutcomeKind.Rejected, "an SMS must have a body"), (outcome.Kind, outcome.Reason));
        Assert.Empty(vendor.Requests);
    }

    [Fact]
    public async Task All_errors_are_reported_at_once()
    {
        await using var application = new Application(new Uri("http://127.0.0.1"), options =>
        {
            options.From = null;
            options.StatusCallbackUrl = new Uri("/status", UriKind.Relative);
        });

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => application.Host.StartAsync());

        Assert.Contains("Set exactly one of From and MessagingServiceSid", refused.Message, StringComparison.Ordinal);
        Assert.Contains("StatusCallbackUrl must be an absolute URL", refused.Message, StringComparison.Ordinal);
    }
}
