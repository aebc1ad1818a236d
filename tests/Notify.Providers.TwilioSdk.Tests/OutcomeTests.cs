using Twilio.Clients;
using Twilio.Http;

namespace Notify.Providers.TwilioSdk.Tests;

/// <summary>Tests the outcomes of Twilio's refusals, by the codes and names of its error and warning dictionary.</summary>
public sealed class OutcomeTests
{
    private const string Rejected = "rejected";
    private const string OptedOut = "opted out";
    private const string Gone = "gone";
    private const string Failed = "provider failed";
    private const string Throttled = "throttled";
    private const string Retry = "retry";
    private const string Lost = "answer lost";

    [Theory]
    [InlineData(10001, 401, Failed, "Account is not active")]
    [InlineData(14107, 429, Throttled, "SMS send rate limit exceeded")]
    [InlineData(20003, 401, Failed, "Permission Denied")]
    [InlineData(20005, 401, Failed, "Account not active")]
    [InlineData(20404, 404, Failed, "Not Found")]
    [InlineData(20422, 400, Rejected, "Invalid Parameter")]
    [InlineData(20429, 429, Throttled, "Too Many Requests")]
    [InlineData(20500, 500, Retry, "Internal Server Error")]
    [InlineData(20503, 503, Failed, "Service unavailable")]
    [InlineData(21211, 400, Rejected, "Invalid 'To' Phone Number")]
    [InlineData(21212, 400, Failed, "Invalid 'From' Number")]
    [InlineData(21214, 400, Rejected, "'To' phone number cannot be reached")]
    [InlineData(21217, 400, Rejected, "Phone number does not appear to be valid")]
    [InlineData(21219, 400, Rejected, "'To' phone number not verified")]
    [InlineData(21265, 400, Rejected, "'To' number cannot be a Short Code")]
    [InlineData(21266, 400, Rejected, "'To' and 'From' numbers cannot be the same")]
    [InlineData(21268, 400, Rejected, "Sending to Premium rate or Information Service numbers is not allowed")]
    [InlineData(21401, 400, Rejected, "Invalid Phone Number")]
    [InlineData(21407, 400, Rejected, "This Phone Number type does not support SMS")]
    [InlineData(
        21408,
        403,
        Rejected,
        "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"
    )]
    [InlineData(21421, 400, Rejected, "Phone Number is invalid")]
    [InlineData(21601, 400, Failed, "Phone number is not a valid SMS-capable inbound phone number")]
    [InlineData(21602, 400, Rejected, "Message body is required")]
    [InlineData(21603, 400, Failed, "A 'From' or 'MessagingServiceSid' parameter is required")]
    [InlineData(21604, 400, Rejected, "The destination 'To' phone number is required")]
    [InlineData(21606, 400, Failed, "The 'From' phone number is not a valid message-capable Twilio phone number")]
    [InlineData(21608, 403, Rejected, "The 'to' phone number provided is not yet verified for this account")]
    [InlineData(21609, 400, Failed, "Invalid 'StatusCallback'")]
    [InlineData(21610, 400, OptedOut, "Attempt to send to unsubscribed recipient")]
    [InlineData(21611, 429, Throttled, "This 'From' number has exceeded the maximum number of queued messages")]
    [InlineData(21612, 400, Rejected, "Message cannot be sent with the current combination of 'To' and 'From'")]
    [InlineData(21614, 400, Rejected, "'To' number is not a valid mobile number")]
    [InlineData(21617, 400, Rejected, "The concatenated message body exceeds the 1600 character limit")]
    [InlineData(21619, 400, Rejected, "A Message Body, Media URL or Content SID is required")]
    [InlineData(21635, 400, Rejected, "'To' number cannot be a landline")]
    [InlineData(21659, 400, Failed, "'From' is not a Twilio phone number or Short Code country mismatch")]
    [InlineData(21660, 400, Failed, "Mismatch between the 'From' number and the account")]
    [InlineData(21661, 400, Failed, "'From' number is not SMS-capable")]
    [InlineData(21701, 400, Failed, "The Messaging Service does not exist")]
    [InlineData(21702, 400, Failed, "The Messaging Service is not available to send new messages")]
    [InlineData(21703, 400, Failed, "The Messaging Service does not have a phone number available")]
    [InlineData(21704, 400, Failed, "The Messaging Service contains no phone numbers")]
    [InlineData(21705, 400, Failed, "The Messaging Service is invalid")]
    [InlineData(30001, 400, Throttled, "Queue overflow")]
    [InlineData(30002, 400, Failed, "Account suspended")]
    [InlineData(30003, 400, Retry, "Unreachable destination handset")]
    [InlineData(30004, 400, Rejected, "Message blocked")]
    [InlineData(30005, 400, Gone, "Unknown destination handset")]
    [InlineData(30006, 400, Rejected, "Landline or unreachable carrier")]
    [InlineData(30007, 400, Rejected, "Message filtered")]
    [InlineData(30008, 400, Retry, "Unknown error")]
    [InlineData(30010, 400, Rejected, "Message price exceeds max price")]
    [InlineData(30022, 400, Throttled, "US A2P 10DLC - Rate Limits Exceeded")]
    [InlineData(30023, 400, Retry, "US A2P 10DLC - Daily Message Cap Reached")]
    [InlineData(30034, 400, Rejected, "US A2P 10DLC - Message from an Unregistered Number")]
    [InlineData(30036, 400, Rejected, "Validity Period Expired")]
    [InlineData(63038, 400, Failed, "Account exceeded the daily messages limit")]
    [InlineData(90010, 400, Failed, "Account is not active")]
    public async Task A_documented_code_has_an_outcome(int code, int status, string expected, string name)
    {
        await using var vendor = await Vendor.StartRefusingAsync(status, code);
        await using var application = new Application(vendor.Address);

        var outcome = await application.Provider.SendAsync(Application.Sms(), default);

        Assert.True(expected == Describe(outcome), $"{name}: {outcome}");
        Assert.Equal($"error {code}", outcome.Reason);
    }

    [Theory]
    [InlineData(400, Rejected)]
    [InlineData(403, Failed)]
    [InlineData(500, Retry)]
    [InlineData(502, Lost)]
    public async Task An_unknown_code_is_mapped_by_its_status(int status, string expected)
    {
        await using var vendor = await Vendor.StartRefusingAsync(status, 29_999);
        await using var application = new Application(vendor.Address);

        var outcome = await application.Provider.SendAsync(Application.Sms(), default);

        Assert.Equal((expected, $"HTTP {status}, error 29999"), (Describe(outcome), outcome.Reason));
    }

    [Fact]
    public async Task A_success_that_creates_no_message_is_a_provider_failure()
    {
        await using var vendor = await Vendor.StartAsync(200, "{}");
        await using var application = new Application(vendor.Address);

        var outcome = await application.Provider.SendAsync(Application.Sms(), default);

        Assert.Equal((Failed, "HTTP 200"), (Describe(outcome), outcome.Reason));
    }

    [Theory]
    [InlineData("30005", Gone, "error 30005")]
    [InlineData("29999", Retry, "error 29999")]
    [InlineData("null", Retry, "the message failed without an error code")]
    public async Task A_message_that_fails_on_creation_has_the_outcome_of_its_code(string code, string expected, string reason)
    {
        await using var vendor = await Vendor.StartAsync(201, $$"""{"sid":"SM1","status":"failed","error_code":{{code}}}""");
        await using var application = new Application(vendor.Address);

        var outcome = await application.Provider.SendAsync(Application.Sms(), default);

        Assert.Equal((expected, reason), (Describe(outcome), outcome.Reason));
    }

    [Fact]
    public async Task A_client_with_its_own_connections_is_abandoned_on_cancellation()
    {
        await using var application = new Application(new Uri("http://127.0.0.1"), options =>
            options.CreateClient = _ => new SilentClient()
        );
        using var cancellation = new CancellationTokenSource();

        var sending = application.Provider.SendAsync(Application.Sms(), cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task No_number_secret_or_content_is_logged()
    {
        await using var vendor = await Vendor.StartRefusingAsync(401, 20003);
        await using var application = new Application(vendor.Address);

        await application.Provider.SendAsync(Application.Sms(), default);

        Assert.Contains(application.Logs, line =>
            line.Contains("Twilio failed for provider twilio-sdk: error 20003", StringComparison.Ordinal)
        );
        foreach (var secret in (string[])[Application.Number, Application.Secret, Application.AccountSid, "content-text"])
            Assert.DoesNotContain(application.Logs, line => line.Contains(secret, StringComparison.Ordinal));
    }

    private static string Describe(Outcome outcome) =>
        outcome switch
        {
            { Kind: OutcomeKind.AnswerLost, IsProviderFailure: true } => Lost,
            { IsProviderFailure: true } => Failed,
            { IsThrottled: true } => Throttled,
            { IsOptOut: true } => OptedOut,
            { Kind: OutcomeKind.Retry } => Retry,
            { Kind: OutcomeKind.RecipientGone } => Gone,
            { Kind: OutcomeKind.Rejected } => Rejected,
            _ => outcome.ToString(),
        };

    private sealed class SilentClient : ITwilioRestClient
    {
        public string AccountSid => Application.AccountSid;

        public string Region => "us1";

        public Twilio.Http.HttpClient HttpClient => new SystemNetHttpClient();

        public Response Request(Request request) => throw new NotSupportedException();

        public Task<Response> RequestAsync(Request request) => new TaskCompletionSource<Response>().Task;
    }
}
