using Notify.Delivering;

namespace Notify.Providers.FirebaseAdmin.Tests;

/// <summary>What FCM's answers come to, by the names of its <c>ErrorCode</c> reference.</summary>
public sealed class OutcomeTests
{
    public static TheoryData<int, string, string, OutcomeKind, bool, bool> ErrorCodes => new()
    {
        { 404, "NOT_FOUND", "UNREGISTERED", OutcomeKind.RecipientGone, false, false },
        { 403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH", OutcomeKind.RecipientGone, false, false },
        { 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", OutcomeKind.Rejected, false, false },
        { 429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", OutcomeKind.Retry, false, true },
        { 401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR", OutcomeKind.Retry, true, false },
        { 503, "UNAVAILABLE", "UNAVAILABLE", OutcomeKind.Retry, true, false },
        { 500, "INTERNAL", "INTERNAL", OutcomeKind.Retry, false, false },
    };

    [Theory]
    [MemberData(nameof(ErrorCodes))]
    public async Task A_documented_error_code_has_an_outcome(
        int http, string status, string errorCode, OutcomeKind kind, bool providerFailed, bool throttled)
    {
        await using var vendor = await Vendor.StartAsync(http, Vendor.Error(http, status, errorCode), retryAfter: "9");
        await using var application = new Application(vendor.Address);

        var outcome = await SendAsync(application);

        Assert.Equal((kind, providerFailed, throttled), (outcome.Kind, outcome.IsProviderFailure, outcome.IsThrottled));
        Assert.StartsWith(errorCode, outcome.Reason, StringComparison.Ordinal);
        if (errorCode is "QUOTA_EXCEEDED" or "UNAVAILABLE" or "INTERNAL")
            Assert.Equal(TimeSpan.FromSeconds(9), outcome.RetryAfter);
    }

    [Fact]
    public async Task A_topic_is_never_gone()
    {
        await using var vendor = await Vendor.StartAsync(404, Vendor.Error(404, "NOT_FOUND", "UNREGISTERED"));
        await using var application = new Application(vendor.Address);
        var delivery = Deliveries.Push(application.Time.GetUtcNow());

        var outcome = await application.Provider.SendAsync(delivery with { To = delivery.To with { Value = "/topics/news" } }, default);

        Assert.Equal(OutcomeKind.Rejected, outcome.Kind);
    }

    [Fact]
    public async Task An_unspecified_error_is_judged_by_its_status()
    {
        await using var vendor = await Vendor.StartAsync(400, Vendor.Error(400, "FAILED_PRECONDITION", "UNSPECIFIED_ERROR"));
        await using var application = new Application(vendor.Address);

        var outcome = await SendAsync(application);

        Assert.Equal((OutcomeKind.Rejected, "HTTP 400"), (outcome.Kind, outcome.Reason));
    }

    [Fact]
    public async Task What_the_sdk_finds_invalid_is_rejected_and_not_sent()
    {
        await using var vendor = await Vendor.StartAsync();
        await using var application = new Application(vendor.Address);
        var image = new Content { Body = "content-text", Push = new PushContent { ImageUrl = "no url" } };

        var outcome = await application.Provider.SendAsync(Deliveries.Push(application.Time.GetUtcNow(), image), default);

        Assert.Equal((OutcomeKind.Rejected, "the Firebase Admin SDK finds the message invalid"), (outcome.Kind, outcome.Reason));
        Assert.Empty(vendor.Requests);
    }

    [Fact]
    public async Task What_the_sdk_repeats_by_itself_is_one_attempt()
    {
        await using var vendor = await Vendor.StartAsync(503, Vendor.Error(503, "UNAVAILABLE", "UNAVAILABLE"), retryAfter: "1");
        await using var application = new Application(vendor.Address, sdkRepeats: true);
        using var patience = new CancellationTokenSource();

        var sending = application.Provider.SendAsync(Deliveries.Push(application.Time.GetUtcNow()), patience.Token).AsTask();
        await Notify.Testing.Eventually.TrueAsync(() => vendor.Requests.Count > 1, "the SDK to repeat its request");
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task Neither_token_nor_credentials_nor_content_is_logged()
    {
        await using var vendor = await Vendor.StartAsync(401, Vendor.Error(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"));
        await using var application = new Application(vendor.Address);

        await SendAsync(application);

        Assert.Equal($"Bearer {Application.AccessToken}", vendor.Authorization);
        Assert.Contains(application.Logs, line => line.Contains("Firebase Cloud Messaging failed for provider firebase-admin", StringComparison.Ordinal));
        foreach (var secret in (string[])[Application.AccessToken, Deliveries.Token, "content-text"])
            Assert.DoesNotContain(application.Logs, line => line.Contains(secret, StringComparison.Ordinal));
    }

    private static ValueTask<Outcome> SendAsync(Application application) =>
        application.Provider.SendAsync(Deliveries.Push(application.Time.GetUtcNow()), TestContext.Current.CancellationToken);
}
