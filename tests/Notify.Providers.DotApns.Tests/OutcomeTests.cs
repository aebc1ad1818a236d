using System.Globalization;
using dotAPNS;

namespace Notify.Providers.DotApns.Tests;

/// <summary>Tests the outcomes of Apple's answers, by the table in "Handling notification responses from APNs".</summary>
public sealed class OutcomeTests
{
    private const string Rejected = "rejected";
    private const string Gone = "gone";
    private const string Failed = "provider failed";
    private const string Retry = "retry";

    [Theory]
    [InlineData(400, "BadCollapseId", Rejected)]
    [InlineData(400, "BadDeviceToken", Rejected)]
    [InlineData(400, "BadExpirationDate", Rejected)]
    [InlineData(400, "BadMessageId", Rejected)]
    [InlineData(400, "BadPriority", Rejected)]
    [InlineData(400, "BadTopic", Rejected)]
    [InlineData(400, "DeviceTokenNotForTopic", Rejected)]
    [InlineData(400, "DuplicateHeaders", Rejected)]
    [InlineData(400, "IdleTimeout", Retry)]
    [InlineData(400, "InvalidPushType", Rejected)]
    [InlineData(400, "MissingDeviceToken", Rejected)]
    [InlineData(400, "MissingTopic", Rejected)]
    [InlineData(400, "PayloadEmpty", Rejected)]
    [InlineData(400, "TopicDisallowed", Rejected)]
    [InlineData(403, "BadCertificate", Failed)]
    [InlineData(403, "BadCertificateEnvironment", Failed)]
    [InlineData(403, "ExpiredProviderToken", Failed)]
    [InlineData(403, "Forbidden", Rejected)]
    [InlineData(403, "InvalidProviderToken", Failed)]
    [InlineData(403, "MissingProviderToken", Failed)]
    [InlineData(403, "UnrelatedKeyIdInToken", Failed)]
    [InlineData(403, "BadEnvironmentKeyIdInToken", Failed)]
    [InlineData(404, "BadPath", Failed)]
    [InlineData(405, "MethodNotAllowed", Failed)]
    [InlineData(410, "ExpiredToken", Gone)]
    [InlineData(410, "Unregistered", Gone)]
    [InlineData(413, "PayloadTooLarge", Rejected)]
    [InlineData(429, "TooManyProviderTokenUpdates", Failed)]
    [InlineData(429, "TooManyRequests", Retry)]
    [InlineData(500, "InternalServerError", Retry)]
    [InlineData(503, "ServiceUnavailable", Failed)]
    [InlineData(503, "Shutdown", Retry)]
    public async Task A_documented_reason_has_an_outcome(int status, string reason, string expected)
    {
        await using var vendor = await Vendor.StartAsync(status, $$"""{"reason":"{{reason}}"}""");
        await using var application = new Application(vendor.Address);

        var outcome = await application.Provider.SendAsync(Deliveries.Push(), default);

        Assert.Equal(expected, Describe(outcome));
        Assert.Equal(reason, outcome.Reason!.Split(':')[0]);
    }

    [Fact]
    public async Task A_dead_token_has_the_time_of_its_death()
    {
        var since = DateTimeOffset.FromUnixTimeMilliseconds(1_767_614_400_123);
        await using var vendor = await Vendor.StartAsync(
            410,
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"reason":"Unregistered","timestamp":{{since.ToUnixTimeMilliseconds()}}}"""
            )
        );
        await using var application = new Application(vendor.Address);

        var outcome = await application.Provider.SendAsync(Deliveries.Push(), default);

        Assert.Equal((OutcomeKind.RecipientGone, since), (outcome.Kind, outcome.GoneSince));
    }

    [Theory]
    [InlineData(503)]
    [InlineData(429)]
    public async Task A_refusal_without_a_body_is_mapped_by_its_status(int status)
    {
        await using var vendor = await Vendor.StartAsync(status, "", retryAfter: "9");
        await using var application = new Application(vendor.Address);

        var outcome = await application.Provider.SendAsync(Deliveries.Push(), default);

        Assert.Equal((OutcomeKind.Retry, TimeSpan.FromSeconds(9)), (outcome.Kind, outcome.RetryAfter));
    }

    [Fact]
    public async Task A_client_with_its_own_connections_can_be_used()
    {
        await using var vendor = await Vendor.StartAsync();
        await using var application = new Application(vendor.Address, options => options.CreateClient = _ => new CustomClient());

        var dead = await application.Provider.SendAsync(Deliveries.Push(), default);

        Assert.Equal((OutcomeKind.RecipientGone, "Unregistered", null), (dead.Kind, dead.Reason, dead.GoneSince));
        Assert.Empty(vendor.Requests);
    }

    [Fact]
    public async Task No_token_or_content_is_logged()
    {
        await using var vendor = await Vendor.StartAsync(403, """{"reason":"InvalidProviderToken"}""");
        await using var application = new Application(vendor.Address);

        await application.Provider.SendAsync(Deliveries.Push(), default);

        var bearer = Assert.Single(vendor.Requests).Headers["authorization"]["bearer ".Length..];
        Assert.Contains(application.Logs, line =>
            line.Contains("failed for provider dotapns: InvalidProviderToken", StringComparison.Ordinal)
        );
        foreach (var secret in (string[])[bearer, Deliveries.Token, "content-text"])
            Assert.DoesNotContain(application.Logs, line => line.Contains(secret, StringComparison.Ordinal));
    }

    private static string Describe(Outcome outcome) =>
        outcome switch
        {
            { IsProviderFailure: true } => Failed,
            { Kind: OutcomeKind.Retry } => Retry,
            { Kind: OutcomeKind.RecipientGone } => Gone,
            { Kind: OutcomeKind.Rejected } => Rejected,
            _ => outcome.ToString(),
        };

    private sealed class CustomClient : IApnsClient
    {
        [Obsolete("As in the interface.")]
        public Task<ApnsResponse> Send(ApplePush push) => SendAsync(push);

        public Task<ApnsResponse> SendAsync(ApplePush push, CancellationToken ct = default) =>
            Task.FromResult(ApnsResponse.Error(ApnsResponseReason.Unregistered, "Unregistered"));
    }
}
