using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Notify.FakeGateways.Apns;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Providers.Apns.Tests;

public sealed class ProviderTokenTests
{
    private const string StoredName = $"apns/{ApnsGateway.TeamId}/{ApnsGateway.KeyId}";

    private readonly ManualTime _time = new();
    private readonly TokenStore _store = new();

    [Fact]
    public async Task A_token_is_renewed_every_40_minutes()
    {
        await using var gateway = await StartGatewayAsync();
        await using var application = Compose(gateway);
        await AssertSentAsync(application);

        foreach (var minutes in Enumerable.Range(1, 180))
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await AssertSentAsync(application);
            if (minutes == 39)
                Assert.Single(gateway.ProviderTokens);
            if (minutes % 40 == 0)
                await Eventually.TrueAsync(
                    async () => await SendAndCountTokensAsync(application, gateway) == 1 + (minutes / 40),
                    "a new token"
                );
        }

        Assert.Equal(5, gateway.ProviderTokens.Count);
    }

    [Fact]
    public async Task A_token_that_is_too_old_is_replaced_before_it_is_used()
    {
        await using var gateway = await StartGatewayAsync();
        await using var application = Compose(gateway);
        await AssertSentAsync(application);

        _time.Advance(TimeSpan.FromHours(3));
        await AssertSentAsync(application);

        Assert.Equal((2, 2L), (gateway.ProviderTokens.Count, gateway.Requests));
    }

    [Fact]
    public async Task Two_hosts_that_share_a_store_use_one_token()
    {
        await using var gateway = await StartGatewayAsync();
        await using var first = Compose(gateway);
        await using var second = Compose(gateway);

        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => AssertSentAsync(i % 2 == 0 ? first : second)));
        Assert.Single(gateway.ProviderTokens);

        _time.Advance(TimeSpan.FromMinutes(56));
        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => AssertSentAsync(i % 2 == 0 ? first : second)));
        Assert.Equal(2, gateway.ProviderTokens.Count);
    }

    [Fact]
    public async Task A_host_that_was_suspended_shares_its_new_token()
    {
        await using var gateway = await StartGatewayAsync();
        await using var sleeper = Compose(gateway);
        await using var other = Compose(gateway);
        await AssertSentAsync(sleeper);
        _time.Advance(TimeSpan.FromMinutes(56));
        await AssertSentAsync(other);
        _time.Advance(TimeSpan.FromMinutes(56));

        await AssertSentAsync(sleeper);
        await AssertSentAsync(other);

        Assert.Equal(3, gateway.ProviderTokens.Count);
    }

    [Fact]
    public async Task A_stored_token_is_encrypted()
    {
        await using var gateway = await StartGatewayAsync();
        await using var application = Compose(gateway);
        await AssertSentAsync(application);

        var shared = await _store.FindAsync(StoredName, TestContext.Current.CancellationToken);

        var token = Assert.Single(gateway.ProviderTokens);
        var stored = Encoding.Latin1.GetString(shared!.Value.Span);
        foreach (var part in token.Split('.'))
            Assert.DoesNotContain(part, stored, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task An_altered_token_in_the_store_is_not_used(bool isTampered, bool isRedated)
    {
        await using var gateway = await StartGatewayAsync();
        await using (var first = Compose(gateway))
            await AssertSentAsync(first);
        _store.Change(StoredName, shared => new SharedToken(
            isTampered ? (byte[])[.. shared.Value.ToArray().SkipLast(1), 0, 0] : shared.Value,
            isRedated ? shared.IssuedAt.AddSeconds(1) : shared.IssuedAt
        ));
        _time.Advance(TimeSpan.FromSeconds(5));

        await using var second = Compose(gateway);
        await AssertSentAsync(second);

        Assert.Equal(2, gateway.ProviderTokens.Count);
        Assert.Contains(second.Logs, line => line.Contains("was sealed with a different key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sends_succeed_while_the_store_fails()
    {
        await using var gateway = await StartGatewayAsync();
        await using var application = Compose(gateway);
        _store.Failure = new IOException("The store is unavailable.");

        await AssertSentAsync(application);
        _time.Advance(TimeSpan.FromMinutes(56));
        await AssertSentAsync(application);

        Assert.Equal(2, gateway.ProviderTokens.Count);
        Assert.Contains(application.Logs, line => line.Contains("The store is unavailable.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_does_not_answer_delays_a_send_only_until_its_timeout()
    {
        await using var gateway = await StartGatewayAsync();
        await using var application = Compose(gateway);
        _store.NeverAnswers = true;

        var sending = AssertSentAsync(application);
        await Eventually.TrueAsync(() => _time.TimersWaiting > 0, "the store to be called");
        _time.Advance(TimeSpan.FromSeconds(5));

        await sending;
    }

    [Fact]
    public async Task An_expired_token_is_replaced_and_the_notification_is_sent_again()
    {
        await using var gateway = await StartGatewayAsync();
        await using var application = Compose(gateway);
        await AssertSentAsync(application);
        _time.Advance(TimeSpan.FromMinutes(21));
        gateway.RefuseNext(1, new ApnsRefusal(403, "ExpiredProviderToken"));

        await AssertSentAsync(application);

        Assert.Equal((2, 3L, 2L), (gateway.ProviderTokens.Count, gateway.Requests, gateway.Accepted));
    }

    [Fact]
    public async Task A_notification_is_repeated_only_once_after_an_expired_token()
    {
        await using var gateway = await StartGatewayAsync();
        await using var application = Compose(gateway);
        await AssertSentAsync(application);
        _time.Advance(TimeSpan.FromMinutes(21));
        gateway.RefuseNext(9, new ApnsRefusal(403, "ExpiredProviderToken"));

        var outcome = await SendAsync(application);

        Assert.Equal((true, "ExpiredProviderToken", 3L), (outcome.IsProviderFailure, outcome.Reason, gateway.Requests));
    }

    [Fact]
    public async Task Concurrent_refused_sends_share_one_new_token()
    {
        await using var gateway = await StartGatewayAsync();
        await using var application = Compose(gateway);
        await AssertSentAsync(application);
        _time.Advance(TimeSpan.FromMinutes(21));
        gateway.RefuseNext(32, new ApnsRefusal(403, "ExpiredProviderToken"));
        gateway.Delay = TimeSpan.FromMilliseconds(20);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => SendAsync(application).AsTask()));

        Assert.DoesNotContain(outcomes, outcome => outcome.Kind is not (OutcomeKind.Sent or OutcomeKind.Retry));
        Assert.Equal(2, gateway.ProviderTokens.Count);
    }

    [Fact]
    public async Task A_refused_token_is_not_replaced_within_20_minutes()
    {
        await using var gateway = await StartGatewayAsync();
        await using var application = Compose(gateway);
        await AssertSentAsync(application);
        _time.Advance(TimeSpan.FromMinutes(19));
        gateway.RefuseNext(1, new ApnsRefusal(403, "ExpiredProviderToken"));

        var outcome = await SendAsync(application);

        Assert.Equal((true, "ExpiredProviderToken", 2L), (outcome.IsProviderFailure, outcome.Reason, gateway.Requests));
        Assert.Single(gateway.ProviderTokens);
    }

    [Fact]
    public async Task A_token_renewed_by_another_host_is_used_after_a_refusal()
    {
        await using var gateway = await StartGatewayAsync();
        await using var first = Compose(gateway);
        await using var second = Compose(gateway);
        await AssertSentAsync(first);
        await AssertSentAsync(second);
        _time.Advance(TimeSpan.FromMinutes(21));
        gateway.RefuseNext(1, new ApnsRefusal(403, "ExpiredProviderToken"));
        await AssertSentAsync(first);
        gateway.RefuseNext(1, new ApnsRefusal(403, "ExpiredProviderToken"));

        await AssertSentAsync(second);

        Assert.Equal(2, gateway.ProviderTokens.Count);
    }

    [Fact]
    public async Task Too_many_token_updates_keep_the_token_and_back_off()
    {
        await using var gateway = await StartGatewayAsync();
        await using var application = Compose(gateway);
        await AssertSentAsync(application);
        gateway.RefuseNext(1, new ApnsRefusal(429, "TooManyProviderTokenUpdates"));

        var outcome = await SendAsync(application);
        await AssertSentAsync(application);

        Assert.Equal((true, true), (outcome.IsProviderFailure, outcome.RetryAfter > TimeSpan.Zero));
        Assert.Single(gateway.ProviderTokens);
    }

    private static ValueTask<Outcome> SendAsync(ApnsApplication application) =>
        application.SendAsync(ApnsApplication.Delivery(ApnsApplication.Device()));

    private static async Task AssertSentAsync(ApnsApplication application)
    {
        var outcome = await SendAsync(application);
        Assert.True(outcome.Kind == OutcomeKind.Sent, outcome.ToString());
    }

    private static async Task<int> SendAndCountTokensAsync(ApnsApplication application, ApnsGateway gateway)
    {
        await AssertSentAsync(application);
        return gateway.ProviderTokens.Count;
    }

    private Task<ApnsGateway> StartGatewayAsync() => ApnsGateway.StartAsync(new ApnsGatewaySettings { Time = _time });

    private ApnsApplication Compose(ApnsGateway gateway) =>
        ApnsApplication.Compose(gateway, configureServices: services =>
            services.AddSingleton<TimeProvider>(_time).AddSingleton<ISharedTokenStore>(_store)
        );
}
