using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Apns;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Providers.Apns.Tests;

public sealed class OutcomeTests
{
    private static readonly DateTimeOffset DeadSince = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private enum Meaning
    {
        Rejected,
        Retry,
        ProviderFailed,
        Gone,
    }

    /// <summary>
    /// The complete table "Response error strings" in Apple's "Handling notification responses from APNs".
    /// </summary>
    public static TheoryData<int, string, string> Reasons =>
        new()
        {
            { 400, "BadCollapseId", nameof(Meaning.Rejected) },
            { 400, "BadDeviceToken", nameof(Meaning.Rejected) },
            { 400, "BadExpirationDate", nameof(Meaning.Rejected) },
            { 400, "BadMessageId", nameof(Meaning.Rejected) },
            { 400, "BadPriority", nameof(Meaning.Rejected) },
            { 400, "BadTopic", nameof(Meaning.Rejected) },
            { 400, "DeviceTokenNotForTopic", nameof(Meaning.Rejected) },
            { 400, "DuplicateHeaders", nameof(Meaning.Rejected) },
            { 400, "IdleTimeout", nameof(Meaning.Retry) },
            { 400, "InvalidPushType", nameof(Meaning.Rejected) },
            { 400, "MissingDeviceToken", nameof(Meaning.Rejected) },
            { 400, "MissingTopic", nameof(Meaning.Rejected) },
            { 400, "PayloadEmpty", nameof(Meaning.Rejected) },
            { 400, "TopicDisallowed", nameof(Meaning.Rejected) },
            { 403, "BadCertificate", nameof(Meaning.ProviderFailed) },
            { 403, "BadCertificateEnvironment", nameof(Meaning.ProviderFailed) },
            { 403, "BadEnvironmentKeyIdInToken", nameof(Meaning.ProviderFailed) },
            { 403, "ExpiredProviderToken", nameof(Meaning.ProviderFailed) },
            { 403, "Forbidden", nameof(Meaning.Rejected) },
            { 403, "InvalidProviderToken", nameof(Meaning.ProviderFailed) },
            { 403, "MissingProviderToken", nameof(Meaning.ProviderFailed) },
            { 403, "UnrelatedKeyIdInToken", nameof(Meaning.ProviderFailed) },
            { 404, "BadPath", nameof(Meaning.ProviderFailed) },
            { 405, "MethodNotAllowed", nameof(Meaning.ProviderFailed) },
            { 410, "ExpiredToken", nameof(Meaning.Gone) },
            { 410, "Unregistered", nameof(Meaning.Gone) },
            { 413, "PayloadTooLarge", nameof(Meaning.Rejected) },
            { 429, "TooManyProviderTokenUpdates", nameof(Meaning.ProviderFailed) },
            { 429, "TooManyRequests", nameof(Meaning.Retry) },
            { 500, "InternalServerError", nameof(Meaning.Retry) },
            { 503, "ServiceUnavailable", nameof(Meaning.ProviderFailed) },
            { 503, "Shutdown", nameof(Meaning.Retry) },
        };

    [Theory]
    [MemberData(nameof(Reasons))]
    public async Task A_documented_reason_has_an_outcome(int status, string reason, string meaning)
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = ApnsApplication.Compose(gateway);
        gateway.RefuseNext(2, new ApnsRefusal(status, reason));

        var outcome = await application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device()));

        Assert.Equal(meaning, Classify(outcome).ToString());
        Assert.StartsWith(reason, outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_undocumented_reason_is_not_repeated()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = ApnsApplication.Compose(gateway);
        gateway.RefuseNext(1, new ApnsRefusal(400, "Unheard"));

        var outcome = await application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device()));

        Assert.Equal((OutcomeKind.Rejected, "HTTP 400"), (outcome.Kind, outcome.Reason));
    }

    [Fact]
    public async Task The_delivery_id_is_sent_as_the_APNs_id()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = ApnsApplication.Compose(gateway);
        var delivery = ApnsApplication.Delivery(ApnsApplication.Device());

        var outcome = await application.SendAsync(delivery);

        Assert.Equal((OutcomeKind.Sent, delivery.Id.ToString()), (outcome.Kind, outcome.ProviderMessageId));
        Assert.Equal(delivery.Id.ToString(), Assert.Single(gateway.Messages).Id);
    }

    [Fact]
    public async Task A_dead_token_has_the_time_of_its_death()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = ApnsApplication.Compose(gateway);
        gateway.Unregister(ApnsApplication.Device(), DeadSince);

        var outcome = await application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device()));

        Assert.Equal((OutcomeKind.RecipientGone, DeadSince), (outcome.Kind, outcome.GoneSince));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(1, true)]
    public async Task A_device_is_pruned_only_if_its_token_died_after_the_app_registered_it(int diedHoursLater, bool isPruned)
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = await ApnsApplication.StartAsync(gateway);
        var devices = application.Services.GetRequiredService<IDeviceStore>();
        var device = new Device
        {
            Id = "phone",
            UserId = "ada",
            Platform = Platform.Ios,
            Token = ApnsApplication.Device(),
            RegisteredAt = DeadSince,
            LastSeenAt = DeadSince,
        };
        await devices.RegisterAsync(device, Cancellation);
        gateway.Unregister(device.Token, DeadSince.AddHours(diedHoursLater));

        await application.WaitForEndAsync(await application.TriggerAsync(device.Token));

        var kept = Assert.Single(await devices.ListAsync(device.Tenant, device.UserId, Cancellation));
        Assert.Equal(isPruned, kept.PrunedAt is not null);
    }

    [Theory]
    [InlineData("BadDeviceToken")]
    [InlineData("DeviceTokenNotForTopic")]
    public async Task A_token_of_another_environment_or_app_is_kept(string reason)
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = await ApnsApplication.StartAsync(gateway);
        var devices = application.Services.GetRequiredService<IDeviceStore>();
        var device = new Device
        {
            Id = "phone",
            UserId = "ada",
            Platform = Platform.Ios,
            Token = ApnsApplication.Device(),
        };
        await devices.RegisterAsync(device, Cancellation);
        gateway.RefuseDevice(device.Token, new ApnsRefusal(400, reason));

        var ended = await application.WaitForEndAsync(await application.TriggerAsync(device.Token));

        Assert.Equal(OutcomeKind.Rejected, Assert.Single(ended.Attempts).Outcome);
        Assert.Null(Assert.Single(await devices.ListAsync(device.Tenant, device.UserId, Cancellation)).PrunedAt);
    }

    [Fact]
    public async Task Too_many_requests_for_one_device_wait_as_long_as_apple_asks()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = ApnsApplication.Compose(gateway);
        gateway.RefuseNext(1, new ApnsRefusal(429, "TooManyRequests") { RetryAfter = 30 });

        var outcome = await application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device()));

        Assert.Equal((Meaning.Retry, TimeSpan.FromSeconds(30)), (Classify(outcome), outcome.RetryAfter));
    }

    [Theory]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(500, "InternalServerError")]
    public async Task Retry_After_is_honored(int status, string reason)
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = ApnsApplication.Compose(gateway);
        gateway.RefuseNext(1, new ApnsRefusal(status, reason) { RetryAfter = 30 });

        var outcome = await application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device()));

        Assert.Equal(TimeSpan.FromSeconds(30), outcome.RetryAfter);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../admin")]
    [InlineData("5e5e5e5e?topic=other")]
    public async Task An_invalid_device_token_is_rejected_without_a_call(string address)
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = ApnsApplication.Compose(gateway);

        var outcome = await application.SendAsync(ApnsApplication.Delivery(address));

        Assert.Equal((OutcomeKind.Rejected, 0L), (outcome.Kind, gateway.Requests));
    }

    [Fact]
    public async Task A_refused_connection_is_a_provider_failure()
    {
        await using var gateway = await ApnsGateway.StartAsync();
        await using var application = ApnsApplication.Compose(gateway, options =>
            options.BaseAddress = new Uri($"https://127.0.0.1:{FreePort.Next()}")
        );

        var outcome = await application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device()));

        Assert.Equal((Meaning.ProviderFailed, "connection failed (ConnectionRefused)"), (Classify(outcome), outcome.Reason));
    }

    private static Meaning Classify(Outcome outcome) =>
        outcome switch
        {
            { Kind: OutcomeKind.Retry, IsProviderFailure: true } => Meaning.ProviderFailed,
            { Kind: OutcomeKind.Retry, IsThrottled: false } => Meaning.Retry,
            { Kind: OutcomeKind.RecipientGone } => Meaning.Gone,
            { Kind: OutcomeKind.Rejected } => Meaning.Rejected,
            _ => throw new InvalidOperationException($"{outcome} is not expected."),
        };
}
