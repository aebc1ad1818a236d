using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>This part tests idempotency keys.</summary>
public abstract partial class DeliveryQueueConformance
{
    [Fact]
    public async Task The_same_key_and_body_is_a_duplicate_of_the_first()
    {
        var first = Keyed("key");
        await EnqueueAsync(first, first.Delivery());
        var second = Keyed("key");

        var result = await EnqueueAsync(second, second.Delivery());

        Assert.Equal(new EnqueueResult(EnqueueStatus.Duplicate, first.Notification.Id), result);
        await AssertNothingIsStoredAsync(second);
    }

    [Fact]
    public async Task The_first_of_several_requests_in_one_call_has_their_key()
    {
        var first = Keyed("key");
        var repeated = Keyed("key");
        var other = Keyed("other");
        var conflicting = Keyed("key", body: 2);
        Sample[] samples = [first, repeated, other, conflicting];

        var results = await Store.Queue.EnqueueAsync(
            [.. samples.Select(sample => sample.Request(sample.Delivery()))],
            Cancellation
        );

        var id = first.Notification.Id;
        Assert.Equal(
            [
                new EnqueueResult(EnqueueStatus.Stored, id),
                new EnqueueResult(EnqueueStatus.Duplicate, id),
                new EnqueueResult(EnqueueStatus.Stored, other.Notification.Id),
                new EnqueueResult(EnqueueStatus.Conflict, id),
            ],
            results
        );
        await AssertNothingIsStoredAsync(repeated);
        await AssertNothingIsStoredAsync(conflicting);
    }

    [Fact]
    public async Task The_holder_of_a_key_is_found_until_the_key_expires()
    {
        var first = Keyed("key");
        await EnqueueAsync(first, first.Delivery());
        var expiresAt = first.Idempotency!.ExpiresAt;

        var holder = await Store.Notifications.FindKeyAsync(Tenant, "key", Now, Cancellation);

        Assert.Equal(first.Notification.Id, holder?.NotificationId);
        Assert.True(first.Idempotency.Fingerprint.Span.SequenceEqual(holder!.Fingerprint.Span));
        Assert.NotNull(await Store.Notifications.FindKeyAsync(Tenant, "key", expiresAt.AddMilliseconds(-1), Cancellation));
        Assert.Null(await Store.Notifications.FindKeyAsync(Tenant, "key", expiresAt, Cancellation));
        Assert.Null(await Store.Notifications.FindKeyAsync(Tenant, "Key", Now, Cancellation));
        Assert.Null(await Store.Notifications.FindKeyAsync(OtherTenant, "key", Now, Cancellation));
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_a_conflict_with_the_first()
    {
        var first = Keyed("key", body: 1);
        await EnqueueAsync(first, first.Delivery());
        var second = Keyed("key", body: 2);

        var result = await EnqueueAsync(second, second.Delivery());

        Assert.Equal(new EnqueueResult(EnqueueStatus.Conflict, first.Notification.Id), result);
        await AssertNothingIsStoredAsync(second);
    }

    [Fact]
    public async Task A_conflict_does_not_take_over_the_key()
    {
        var first = Keyed("key", body: 1);
        await EnqueueAsync(first);
        await EnqueueAsync(Keyed("key", body: 2));

        Assert.Equal(
            new EnqueueResult(EnqueueStatus.Duplicate, first.Notification.Id),
            await EnqueueAsync(Keyed("key", body: 1))
        );
    }

    [Fact]
    public async Task Keys_differ_by_every_character_and_case()
    {
        string[] keys = ["key", "Key", "key ", "kéy", new string('k', 256)];

        foreach (var key in keys)
            Assert.Equal(EnqueueStatus.Stored, (await EnqueueAsync(Keyed(key))).Status);
    }

    [Fact]
    public async Task An_expired_key_can_be_used_again()
    {
        await EnqueueAsync(Keyed("key"));
        var expiry = Now + Retention;

        Assert.Equal(EnqueueStatus.Duplicate, (await EnqueueAsync(Keyed("key", at: expiry.AddMilliseconds(-1)))).Status);
        var second = Keyed("key", body: 2, at: expiry.AddMilliseconds(1));
        Assert.Equal(new EnqueueResult(EnqueueStatus.Stored, second.Notification.Id), await EnqueueAsync(second));

        Assert.Equal(
            new EnqueueResult(EnqueueStatus.Duplicate, second.Notification.Id),
            await EnqueueAsync(Keyed("key", body: 2, at: expiry.AddMilliseconds(2)))
        );
    }

    [Fact]
    public async Task Tenants_do_not_share_keys()
    {
        await EnqueueAsync(Keyed("key"));

        Assert.Equal(EnqueueStatus.Stored, (await EnqueueAsync(Keyed("key", body: 2, tenant: OtherTenant))).Status);
    }

    [Fact]
    public async Task The_first_of_several_requests_with_one_key_in_a_batch_is_stored()
    {
        Sample[] samples = [Keyed("key"), Keyed("key"), Keyed("key", body: 2), Keyed("other")];

        var results = await Store.Queue.EnqueueAsync(
            [.. samples.Select(sample => sample.Request(sample.Delivery()))],
            Cancellation
        );

        Assert.Equal(
            [EnqueueStatus.Stored, EnqueueStatus.Duplicate, EnqueueStatus.Conflict, EnqueueStatus.Stored],
            results.Select(result => result.Status)
        );
        Assert.All(results.Take(3), result => Assert.Equal(samples[0].Notification.Id, result.NotificationId));
    }

    [Fact]
    public async Task Exactly_one_of_32_concurrent_requests_with_one_key_is_stored()
    {
        Sample[] samples = [.. Enumerable.Range(0, 32).Select(_ => Keyed("key"))];

        var results = await Task.WhenAll(samples.Select(sample => Task.Run(() => EnqueueAsync(sample, sample.Delivery()))));

        var stored = Assert.Single(results, result => result.Status == EnqueueStatus.Stored);
        Assert.All(results, result => Assert.Equal(stored.NotificationId, result.NotificationId));
        Assert.Equal(31, results.Count(result => result.Status == EnqueueStatus.Duplicate));
        Assert.Single(await LeaseAsync(Now));
    }

    private static readonly TimeSpan Retention = TimeSpan.FromHours(24);

    private IdempotencyClaim Claim(string key, byte body = 1, DateTimeOffset? at = null) =>
        new(key, Enumerable.Repeat(body, 32).ToArray(), (at ?? Now) + Retention);

    private Sample Keyed(string key, byte body = 1, DateTimeOffset? at = null, string tenant = Tenant) =>
        new(tenant, at ?? Now) { Idempotency = Claim(key, body, at) };

    private async Task AssertNothingIsStoredAsync(Sample sample)
    {
        Assert.Null(await Store.Notifications.FindAsync(Tenant, sample.Notification.Id, Cancellation));
        Assert.Empty(await ListDeliveriesAsync(sample.Notification.Id));
        Assert.DoesNotContain(await LeaseAsync(Now), lease => lease.Delivery.NotificationId == sample.Notification.Id);
    }
}
