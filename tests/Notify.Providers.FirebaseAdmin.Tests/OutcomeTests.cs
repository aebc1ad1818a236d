namespace Notify.Providers.FirebaseAdmin.Tests;

/// <summary>Tests the outcomes of FCM's answers, by the codes of Firebase's <c>ErrorCode</c> reference.</summary>
public sealed class OutcomeTests
{
    public static TheoryData<int, string, string, OutcomeKind, bool, bool> ErrorCodes =>
        new()
        {
            { 404, "NOT_FOUND", "UNREGISTERED", OutcomeKind.RecipientGone, false, false },
            { 403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH", OutcomeKind.Retry, true, false },
            { 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", OutcomeKind.Rejected, false, false },
            { 429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", OutcomeKind.Retry, false, true },
            { 401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR", OutcomeKind.Retry, false, false },
            { 503, "UNAVAILABLE", "UNAVAILABLE", OutcomeKind.Retry, true, false },
            { 500, "INTERNAL", "INTERNAL", OutcomeKind.Retry, false, false },
        };

    [Theory]
    [MemberData(nameof(ErrorCodes))]
    public async Task A_documented_error_code_has_an_outcome(
        int http,
        string status,
        string errorCode,
        OutcomeKind kind,
        bool providerFailed,
        bool throttled
    )
    {
        await using var vendor = await Vendor.StartAsync(http, Vendor.Error(http, status, errorCode), retryAfter: "9");
        await using var application = new Application(vendor.Address);

        var outcome = await SendAsync(application);

        Assert.Equal((kind, providerFailed, throttled), (outcome.Kind, outcome.IsProviderFailure, outcome.IsThrottled));
        Assert.Equal($"{errorCode} (HTTP {http})", outcome.Reason);
        if (errorCode is "QUOTA_EXCEEDED" or "UNAVAILABLE" or "INTERNAL")
            Assert.Equal(TimeSpan.FromSeconds(9), outcome.RetryAfter);
    }

    [Fact]
    public async Task A_topic_is_never_gone()
    {
        await using var vendor = await Vendor.StartAsync(404, Vendor.Error(404, "NOT_FOUND", "UNREGISTERED"));
        await using var application = new Application(vendor.Address);
        var delivery = Deliveries.Push(application.Time.GetUtcNow());

        var outcome = await application.Provider.SendAsync(
            delivery with
            {
                To = delivery.To with { Value = "/topics/news" },
            },
            default
        );

        Assert.Equal(OutcomeKind.Rejected, outcome.Kind);
    }

    [Fact]
    public async Task An_invalid_token_is_gone_and_the_quota_of_one_device_does_not_throttle_others()
    {
        await using var malformed = await Vendor.StartAsync(
            400,
            Vendor.Error(
                400,
                "INVALID_ARGUMENT",
                "INVALID_ARGUMENT",
                new()
                {
                    ["@type"] = "type.googleapis.com/google.rpc.BadRequest",
                    ["fieldViolations"] = new[] { new { field = "message.token", description = "Invalid registration token" } },
                }
            )
        );
        await using var crowded = await Vendor.StartAsync(
            429,
            Vendor.Error(
                429,
                "RESOURCE_EXHAUSTED",
                "QUOTA_EXCEEDED",
                new()
                {
                    ["@type"] = "type.googleapis.com/google.rpc.QuotaFailure",
                    ["violations"] = new[] { new { subject = "device", description = "Device message rate exceeded" } },
                }
            )
        );
        await using var first = new Application(malformed.Address);
        await using var second = new Application(crowded.Address);

        var gone = await SendAsync(first);
        var later = await SendAsync(second);

        Assert.Equal((OutcomeKind.RecipientGone, "INVALID_ARGUMENT in message.token (HTTP 400)"), (gone.Kind, gone.Reason));
        Assert.Equal((OutcomeKind.Retry, false, TimeSpan.FromMinutes(1)), (later.Kind, later.IsThrottled, later.RetryAfter));
    }

    [Fact]
    public async Task An_unspecified_error_is_mapped_by_its_status()
    {
        await using var vendor = await Vendor.StartAsync(400, Vendor.Error(400, "FAILED_PRECONDITION", "UNSPECIFIED_ERROR"));
        await using var application = new Application(vendor.Address);

        var outcome = await SendAsync(application);

        Assert.Equal((OutcomeKind.Rejected, "UNSPECIFIED_ERROR (HTTP 400)"), (outcome.Kind, outcome.Reason));
    }

    [Fact]
    public async Task A_success_without_a_body_is_retried()
    {
        await using var vendor = await Vendor.StartAsync(200, "");
        await using var application = new Application(vendor.Address);

        var outcome = await SendAsync(application);

        Assert.Equal((OutcomeKind.Retry, false), (outcome.Kind, outcome.IsProviderFailure));
    }

    [Fact]
    public async Task A_message_that_the_SDK_considers_invalid_is_rejected_without_a_call()
    {
        await using var vendor = await Vendor.StartAsync();
        await using var application = new Application(vendor.Address);
        var image = new Content
        {
            Body = "content-text",
            Push = new PushContent { ImageUrl = "no url" },
        };

        var outcome = await application.Provider.SendAsync(Deliveries.Push(application.Time.GetUtcNow(), image), default);

        Assert.Equal(
            (OutcomeKind.Rejected, "the Firebase Admin SDK considers the message invalid"),
            (outcome.Kind, outcome.Reason)
        );
        Assert.Empty(vendor.Requests);
    }

    [Fact]
    public async Task Retries_of_the_SDK_count_as_one_attempt()
    {
        await using var vendor = await Vendor.StartAsync(503, Vendor.Error(503, "UNAVAILABLE", "UNAVAILABLE"), retryAfter: "1");
        await using var application = new Application(vendor.Address, sdkRetries: true);
        using var cancellation = new CancellationTokenSource();

        var sending = application.Provider.SendAsync(Deliveries.Push(application.Time.GetUtcNow()), cancellation.Token).AsTask();
        await Notify.TestSupport.Eventually.TrueAsync(() => vendor.Requests.Count > 1, "the SDK to repeat its request");
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task No_token_credential_or_content_is_logged()
    {
        await using var vendor = await Vendor.StartAsync(503, Vendor.Error(503, "UNAVAILABLE", "UNAVAILABLE"));
        await using var application = new Application(vendor.Address);

        await SendAsync(application);

        Assert.Equal($"Bearer {Application.AccessToken}", vendor.Authorization);
        Assert.Contains(application.Logs, line =>
            line.Contains("FCM failed for provider firebase-admin", StringComparison.Ordinal)
        );
        foreach (var secret in (string[])[Application.AccessToken, Deliveries.Token, "content-text"])
            Assert.DoesNotContain(application.Logs, line => line.Contains(secret, StringComparison.Ordinal));
    }

    private static ValueTask<Outcome> SendAsync(Application application) =>
        application.Provider.SendAsync(Deliveries.Push(application.Time.GetUtcNow()), TestContext.Current.CancellationToken);
}
