using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Conformance.Providers;
using Notify.FakeGateways.Fcm;
using Notify.Storage;

namespace Notify.Providers.Fcm.Tests;

public sealed class OutcomeTests
{
    private const string FcmErrorType = "type.googleapis.com/google.firebase.fcm.v1.FcmError";
    private const string BadRequestType = "type.googleapis.com/google.rpc.BadRequest";
    private const string QuotaFailureType = "type.googleapis.com/google.rpc.QuotaFailure";

    /// <summary>Every code in Firebase's "ErrorCode" with its documented HTTP status.</summary>
    public static TheoryData<string, int, ExpectedOutcome, string> DocumentedCodes =>
        new()
        {
            { "UNSPECIFIED_ERROR", 500, Retry, "UNSPECIFIED_ERROR (HTTP 500)" },
            { "INVALID_ARGUMENT", 400, Rejected, "INVALID_ARGUMENT (HTTP 400)" },
            { "UNREGISTERED", 404, Gone, "UNREGISTERED (HTTP 404)" },
            { "SENDER_ID_MISMATCH", 403, ProviderFailed, "SENDER_ID_MISMATCH (HTTP 403)" },
            { "QUOTA_EXCEEDED", 429, Throttled, "QUOTA_EXCEEDED (HTTP 429)" },
            { "UNAVAILABLE", 503, ProviderFailed, "UNAVAILABLE (HTTP 503)" },
            { "INTERNAL", 500, Retry, "INTERNAL (HTTP 500)" },
            { "THIRD_PARTY_AUTH_ERROR", 401, Retry, "THIRD_PARTY_AUTH_ERROR (HTTP 401)" },
        };

    /// <summary>Errors without an FCM code, as sent by Google's front ends and by proxies.</summary>
    public static TheoryData<int, ExpectedOutcome> Statuses =>
        new()
        {
            { 400, Rejected },
            { 401, ProviderFailed },
            { 403, ProviderFailed },
            { 404, ProviderFailed },
            { 408, Retry },
            { 410, Rejected },
            { 413, Rejected },
            { 429, Throttled },
            { 500, Retry },
            { 502, AnswerLost },
            { 503, ProviderFailed },
            { 504, AnswerLost },
            { 302, Rejected },
        };

    /// <summary>Fields that google.rpc.BadRequest may name. Only the token means that the recipient is gone.</summary>
    public static TheoryData<string, ExpectedOutcome, string> Fields =>
        new()
        {
            { "message.token", Gone, "INVALID_ARGUMENT in message.token (HTTP 400)" },
            { "message.tokens", Rejected, "INVALID_ARGUMENT (HTTP 400)" },
            { "message", Rejected, "INVALID_ARGUMENT (HTTP 400)" },
            { "message.topic", Rejected, "INVALID_ARGUMENT in message.topic (HTTP 400)" },
            { "message.data[0].value", Rejected, "INVALID_ARGUMENT in message.data (HTTP 400)" },
            { "message.android.ttl", Rejected, "INVALID_ARGUMENT in message.android (HTTP 400)" },
            { "hidden-content", Rejected, "INVALID_ARGUMENT (HTTP 400)" },
        };

    /// <summary>Bodies with undocumented forms.</summary>
    public static TheoryData<string> StrangeBodies =>
        [
            "",
            "null",
            "[]",
            "\"error\"",
            "{",
            "{\"error\":\"UNREGISTERED\"}",
            "{\"error\":{\"details\":{}}}",
            "{\"error\":{\"details\":[null,1,[]]}}",
            WithDetail(FcmErrorType, "\"errorCode\":404"),
            WithDetail(BadRequestType, "\"fieldViolations\":\"message.token\""),
            WithDetail(BadRequestType, "\"fieldViolations\":[{\"field\":{}}]"),
            WithDetail("type.googleapis.com/other", "\"errorCode\":\"UNREGISTERED\""),
        ];

    private static ExpectedOutcome Rejected { get; } = new(OutcomeKind.Rejected);

    private static ExpectedOutcome Gone { get; } = new(OutcomeKind.RecipientGone);

    private static ExpectedOutcome Retry { get; } = new(OutcomeKind.Retry);

    private static ExpectedOutcome ProviderFailed { get; } = new(OutcomeKind.Retry, isProviderFailure: true);

    private static ExpectedOutcome AnswerLost { get; } = new(OutcomeKind.AnswerLost, isProviderFailure: true);

    private static ExpectedOutcome Throttled { get; } = new(OutcomeKind.Retry, isThrottled: true);

    [Theory]
    [MemberData(nameof(DocumentedCodes))]
    public async Task A_documented_code_has_an_outcome(string code, int status, ExpectedOutcome expected, string reason)
    {
        var outcome = await SendAsync(FcmFault.Answer(status, code));

        Assert.Equal((expected, reason), (Summary(outcome), outcome.Reason));
    }

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task An_error_without_a_code_is_mapped_by_its_status(int status, ExpectedOutcome expected)
    {
        var outcome = await SendAsync(FcmFault.Raw(status, "<html>hidden-content</html>"));

        Assert.Equal((expected, $"HTTP {status}"), (Summary(outcome), outcome.Reason));
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task An_invalid_argument_prunes_only_if_it_is_the_token(string field, ExpectedOutcome expected, string reason)
    {
        var outcome = await SendAsync(FcmFault.Answer(400, "INVALID_ARGUMENT", field));

        Assert.Equal((expected, reason), (Summary(outcome), outcome.Reason));
    }

    [Theory]
    [MemberData(nameof(StrangeBodies))]
    public async Task A_body_of_an_unknown_form_prunes_nothing(string body)
    {
        Assert.Equal(Rejected, Summary(await SendAsync(FcmFault.Raw(400, body))));
        Assert.Equal(ProviderFailed, Summary(await SendAsync(FcmFault.Raw(404, body))));
    }

    [Theory]
    [InlineData("/topics/news", 404, "UNREGISTERED", null)]
    [InlineData("/conditions/'a' in topics", 404, "UNREGISTERED", null)]
    [InlineData("/topics/news", 400, "INVALID_ARGUMENT", "message.token")]
    public async Task A_topic_or_condition_is_never_gone(string address, int status, string code, string? field)
    {
        var outcome = await SendAsync(FcmFault.Answer(status, code, field), address);

        Assert.Equal(Rejected, Summary(outcome));
    }

    [Fact]
    public async Task An_exhausted_quota_waits_a_minute_without_Retry_After()
    {
        Assert.Equal(TimeSpan.FromMinutes(1), (await SendAsync(FcmFault.Answer(429, "QUOTA_EXCEEDED"))).RetryAfter);
        Assert.Equal(
            TimeSpan.FromSeconds(7),
            (await SendAsync(FcmFault.Answer(429, "QUOTA_EXCEEDED", retryAfter: "7"))).RetryAfter
        );
        Assert.Equal(TimeSpan.FromSeconds(9), (await SendAsync(FcmFault.Answer(503, "UNAVAILABLE", retryAfter: "9"))).RetryAfter);
        Assert.Equal(TimeSpan.FromSeconds(5), (await SendAsync(FcmFault.Answer(500, "INTERNAL", retryAfter: "5"))).RetryAfter);
        Assert.Equal(TimeSpan.FromMinutes(1), (await SendAsync(FcmFault.Answer(429, null))).RetryAfter);
        Assert.Equal(TimeSpan.FromSeconds(8), (await SendAsync(FcmFault.Answer(502, null, retryAfter: "8"))).RetryAfter);
    }

    [Theory]
    [InlineData("Device message rate exceeded", false)]
    [InlineData("Topic message rate exceeded", false)]
    [InlineData("Message rate exceeded", true)]
    public async Task The_quota_of_one_target_does_not_throttle_the_others(string description, bool isThrottled)
    {
        object[] details =
        [
            new Dictionary<string, object> { ["@type"] = FcmErrorType, ["errorCode"] = "QUOTA_EXCEEDED" },
            new Dictionary<string, object> { ["@type"] = QuotaFailureType, ["violations"] = new[] { new { description } } },
        ];

        var outcome = await SendAsync(FcmFault.Raw(429, JsonSerializer.Serialize(new { error = new { details } })));

        Assert.Equal(isThrottled ? Throttled : Retry, Summary(outcome));
    }

    [Fact]
    public async Task An_accepted_message_has_the_name_from_the_service()
    {
        await using var gateway = await FcmGateway.StartAsync();
        await using var application = await FcmApplication.StartAsync(gateway);

        var outcome = await application.SendAsync();

        Assert.Equal("projects/notify-fake/messages/0:0000000000000001%31bd1c9631bd1c96", outcome.ProviderMessageId);
        Assert.Equal("HTTP/2", gateway.Protocol);
    }

    [Fact]
    public async Task The_service_account_of_another_project_prunes_no_device()
    {
        await using var gateway = await FcmGateway.StartAsync();
        await using var application = await FcmApplication.StartAsync(gateway);
        var directory = application.Services.GetRequiredService<IRecipients>();
        await directory.SaveUserAsync(new User { Id = "ada" });
        var token = FcmGateway.NewToken();
        gateway.MisbehaveFor(token, FcmFault.Answer(403, "SENDER_ID_MISMATCH"));
        await directory.RegisterDeviceAsync(
            new Device
            {
                Id = "phone",
                UserId = "ada",
                Platform = Platform.Android,
                Token = token,
            }
        );

        var delivery = await application.TriggerAsync(Recipient.User("ada"));

        Assert.Equal("SENDER_ID_MISMATCH (HTTP 403)", Assert.Single(delivery.Attempts).Reason);
        var devices = application.Services.GetRequiredService<IDeviceStore>();
        var device = Assert.Single(await devices.ListAsync(Trigger.DefaultTenant, "ada", TestContext.Current.CancellationToken));
        Assert.Null(device.PrunedAt);
    }

    [Fact]
    public async Task An_unregistered_token_is_pruned_and_one_of_a_malformed_message_is_kept()
    {
        await using var gateway = await FcmGateway.StartAsync();
        await using var application = await FcmApplication.StartAsync(gateway);
        var directory = application.Services.GetRequiredService<IRecipients>();
        var devices = application.Services.GetRequiredService<IDeviceStore>();
        var (dead, alive) = (FcmGateway.NewToken(), FcmGateway.NewToken());
        await directory.SaveUserAsync(new User { Id = "ada" });
        await directory.RegisterDeviceAsync(
            new Device
            {
                Id = "old",
                UserId = "ada",
                Platform = Platform.Android,
                Token = dead,
            }
        );
        gateway.MisbehaveFor(dead, FcmFault.Answer(404, "UNREGISTERED"));
        gateway.MisbehaveFor(alive, FcmFault.Answer(400, "INVALID_ARGUMENT", "message.android.ttl"));

        await application.TriggerAsync(Recipient.User("ada"));
        await directory.RegisterDeviceAsync(
            new Device
            {
                Id = "new",
                UserId = "ada",
                Platform = Platform.Android,
                Token = alive,
            }
        );
        await application.TriggerAsync(Recipient.User("ada"));

        Assert.Equal("new", Assert.Single(await devices.FindAsync(Trigger.DefaultTenant, ["ada"], CancellationToken.None)).Id);
    }

    private static async Task<Outcome> SendAsync(FcmFault fault, string? address = null)
    {
        await using var gateway = await FcmGateway.StartAsync(tls: false);
        await using var application = await FcmApplication.StartAsync(gateway);
        gateway.MisbehaveNext(fault, calls: 2);
        return await application.SendAsync(address);
    }

    private static string WithDetail(string type, string members) =>
        "{\"error\":{\"details\":[{\"@type\":\"" + type + "\"," + members + "}]}}";

    private static ExpectedOutcome Summary(Outcome outcome) => new(outcome.Kind, outcome.IsProviderFailure, outcome.IsThrottled);
}
