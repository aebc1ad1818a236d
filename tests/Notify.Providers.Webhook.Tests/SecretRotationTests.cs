using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Providers.Webhook.Tests;

/// <summary>A rotation locks nobody out, reaches every process, and costs sending next to nothing.</summary>
public sealed class SecretRotationTests
{
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    [Fact]
    public async Task Messages_carry_both_signatures_until_the_overlap_ends()
    {
        var clock = new TestClock();
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await StartAsync(clock);
        await application.SendAsync(endpoint.Url);

        var first = await application.GetSecretAsync(endpoint.Url);
        var rotated = await application.Secrets.RotateAsync(Trigger.DefaultTenant, endpoint.Url);
        await application.SendAsync(endpoint.Url);
        clock.Advance(Overlap - TimeSpan.FromMinutes(2));
        await application.SendAsync(endpoint.Url);
        clock.Advance(TimeSpan.FromMinutes(2));
        await application.SendAsync(endpoint.Url);

        Assert.Equal(rotated.Value, await application.GetSecretAsync(endpoint.Url));
        Assert.Equal([true, true, true, false], endpoint.Requests.Select(request => request.IsSignedWith(first)));
        Assert.Equal([false, true, true, true], endpoint.Requests.Select(request => request.IsSignedWith(rotated.Value)));
        Assert.Equal([1, 2, 2, 1], endpoint.Requests.Select(request => request.Signature.Split(' ').Length));
        Assert.Null((await application.Secrets.GetAsync(Trigger.DefaultTenant, endpoint.Url)).PreviousUntil);
    }

    [Fact]
    public async Task Another_implementation_verifies_with_either_secret()
    {
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await WebhookApplication.StartAsync();

        var first = await application.GetSecretAsync(endpoint.Url);
        var second = await application.Secrets.RotateAsync(Trigger.DefaultTenant, endpoint.Url);
        await application.SendAsync(endpoint.Url);

        var request = Assert.Single(endpoint.Requests);
        Assert.True(request.IsVerifiedBy(first));
        Assert.True(request.IsVerifiedBy(second.Value));
        Assert.False(request.IsVerifiedBy(StandardWebhooks.NewSecret()));
    }

    [Fact]
    public async Task A_second_rotation_does_not_lock_out_a_receiver_that_still_has_the_first_secret()
    {
        var clock = new TestClock();
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await StartAsync(clock);
        var secrets = new List<string> { await application.GetSecretAsync(endpoint.Url) };
        for (var i = 0; i < 5; i++)
        {
            clock.Advance(TimeSpan.FromHours(1));
            secrets.Add((await application.Secrets.RotateAsync(Trigger.DefaultTenant, endpoint.Url)).Value);
            await application.SendAsync(endpoint.Url);
        }

        // The current one and at most three before it, whose own overlaps last.
        Assert.Equal(
            [secrets[..2], secrets[..3], secrets[..4], secrets[1..5], secrets[2..6]],
            endpoint.Requests.Select(request => secrets.Where(request.IsSignedWith).ToList())
        );
        clock.Advance(Overlap - TimeSpan.FromHours(1));
        await application.SendAsync(endpoint.Url);
        Assert.Equal(secrets[4..6], secrets.Where(endpoint.Requests[^1].IsSignedWith));
    }

    [Fact]
    public async Task A_rotation_concerns_one_endpoint()
    {
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await WebhookApplication.StartAsync();
        var other = await application.GetSecretAsync($"{endpoint.Url}&other");

        await application.Secrets.RotateAsync(Trigger.DefaultTenant, endpoint.Url);
        await application.SendAsync($"{endpoint.Url}&other");
        await application.SendAsync(endpoint.Url, tenant: "acme");

        Assert.All(endpoint.Requests, request => Assert.DoesNotContain(' ', request.Signature));
        Assert.True(endpoint.Requests[0].IsVerifiedBy(other));
    }

    [Fact]
    public async Task Rotations_at_the_same_time_are_one()
    {
        await using var application = await WebhookApplication.StartFrozenAsync();

        var rotated = await Task.WhenAll(
            Enumerable
                .Range(0, 10)
                .Select(_ => Task.Run(async () => await application.Secrets.RotateAsync("acme", "https://example.org/")))
        );

        // Calls that begin after another ended rotate again, so only the order is certain: versions without a gap.
        var versions = rotated.Select(secret => secret.Version).Distinct().Order().ToArray();
        Assert.Equal(Enumerable.Range(2, versions.Length), versions);
        Assert.All(rotated.GroupBy(secret => secret.Version), same => Assert.Single(same.Select(one => one.Value).Distinct()));
        Assert.Equal(versions[^1], (await application.Secrets.GetAsync("acme", "https://example.org/")).Version);
    }

    [Fact]
    public async Task Another_process_follows_within_seconds()
    {
        var clock = new TestClock();
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var one = await StartAsync(clock);
        var store = one.Services.GetRequiredService<ISharedTokenStore>();
        await using var other = await StartAsync(clock, store);
        await other.SendAsync(endpoint.Url);

        var first = await one.Secrets.RotateAsync(Trigger.DefaultTenant, endpoint.Url);
        clock.Advance(TimeSpan.FromSeconds(5));
        await FollowedAsync(first);
        var second = await one.Secrets.RotateAsync(Trigger.DefaultTenant, endpoint.Url);
        clock.Advance(TimeSpan.FromSeconds(5));
        await FollowedAsync(second);

        async Task FollowedAsync(EndpointSecret rotated)
        {
            await other.SendAsync(endpoint.Url);
            Assert.True(endpoint.Requests[^1].IsSignedWith(rotated.Value));
            Assert.Equal(rotated, await other.Secrets.GetAsync(Trigger.DefaultTenant, endpoint.Url));
        }
    }

    [Fact]
    public async Task Sending_does_not_read_the_store_for_each_message()
    {
        var clock = new TestClock();
        var store = new WatchedTokens();
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await StartAsync(clock, store);

        var started = Stopwatch.GetTimestamp();
        await SendManyAsync();
        Assert.InRange(store.Reads, 1, 1 + CountRepeatedChecks());

        await application.Secrets.RotateAsync(Trigger.DefaultTenant, endpoint.Url);
        store.Reads = 0;
        started = Stopwatch.GetTimestamp();
        // Messages to one endpoint at the same moment may each read its versions, so the first ones go alone.
        await application.SendAsync(endpoint.Url);
        await application.SendAsync($"{endpoint.Url}&b");
        await SendManyAsync();
        // When the last rotation was, and each endpoint once.
        Assert.InRange(store.Reads, 1 + 2, 1 + 2 + CountRepeatedChecks());

        // On a busy machine the messages may take longer than the interval of the check, 5 s.
        int CountRepeatedChecks() => (int)(Stopwatch.GetElapsedTime(started) / TimeSpan.FromSeconds(5));

        Task SendManyAsync() =>
            Task.WhenAll(
                Enumerable.Range(0, 50).Select(i => application.SendAsync(i % 2 == 0 ? endpoint.Url : $"{endpoint.Url}&b"))
            );
    }

    [Fact]
    public async Task Without_the_store_messages_are_signed_with_what_is_known_and_never_with_a_guess()
    {
        var clock = new TestClock();
        var store = new WatchedTokens { IsAway = true };
        await using var endpoint = await Endpoint.StartAsync(200);
        await using var application = await StartAsync(clock, store);

        var notification = await application.TriggerAsync(Recipient.Webhook(endpoint.Url));
        var delivery = await application.AttemptedAsync(notification, attempts: 1);
        Assert.Equal(DeliveryState.Pending, delivery.State);
        Assert.Equal("the secret of the endpoint could not be read", delivery.Attempts[0].Reason);
        Assert.Empty(endpoint.Requests);

        store.IsAway = false;
        clock.Advance(TimeSpan.FromMinutes(5));
        await application.AttemptedAsync(notification, attempts: 2);
        store.IsAway = true;
        clock.Advance(TimeSpan.FromMinutes(5));
        await application.SendAsync(endpoint.Url);

        store.IsAway = false;
        var secret = await application.GetSecretAsync(endpoint.Url);
        Assert.Equal([true, true], endpoint.Requests.Select(request => request.IsSignedWith(secret)));
    }

    private static Task<WebhookApplication> StartAsync(TestClock clock, ISharedTokenStore? store = null) =>
        WebhookApplication.StartAsync(
            configureServices: services => services.AddSingleton<TimeProvider>(clock),
            replaceServices: services =>
            {
                if (store is not null)
                    services.AddSingleton(store);
            }
        );

    /// <summary>A store's shared tokens, which can be counted and can fail.</summary>
    private sealed class WatchedTokens : ISharedTokenStore
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<string, SharedToken> _tokens = [];
        private int _reads;

        public bool IsAway { get; set; }

        public int Reads
        {
            get => Volatile.Read(ref _reads);
            set => Volatile.Write(ref _reads, value);
        }

        public ValueTask<SharedToken?> FindAsync(string name, CancellationToken cancellationToken)
        {
            if (IsAway)
                throw new IOException("The store is away.");
            Interlocked.Increment(ref _reads);
            lock (_lock)
                return new(_tokens.GetValueOrDefault(name));
        }

        public ValueTask<SharedToken> OfferAsync(
            string name,
            SharedToken offered,
            DateTimeOffset stale,
            CancellationToken cancellationToken
        )
        {
            lock (_lock)
            {
                if (_tokens.TryGetValue(name, out var kept) && kept.IssuedAt > stale)
                    return new(kept);
                return new(_tokens[name] = offered);
            }
        }

        public ValueTask<int> PurgeAsync(
            string prefix,
            DateTimeOffset issuedBefore,
            int most,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException("Nothing that these tests run purges tokens.");
    }
}
