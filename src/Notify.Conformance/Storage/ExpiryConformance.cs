using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <summary>
/// The tests that a store deletes expired keys and permits. Inherit it like <see cref="DeliveryQueueConformance"/> for every
/// store that registers <see cref="IRetentionStore"/>, unless its database expires them automatically.
/// </summary>
public abstract class ExpiryConformance : StoreSuite
{
    private const int BatchSize = 7;

    [Fact]
    public async Task An_idempotency_key_is_purged_when_it_expires_and_not_with_its_notification()
    {
        Sample[] samples = [CreateClaiming("first", Now.AddHours(1)), CreateClaiming("second", Now.AddHours(2))];
        foreach (var sample in samples)
            await EnqueueAsync(sample);
        await Store.Retention.PurgeNotificationsAsync(Now.AddDays(40), BatchSize, Cancellation);

        Assert.Equal(1, await Store.Retention.PurgeIdempotencyKeysAsync(Now.AddHours(1), BatchSize, Cancellation));

        Assert.Equal(
            new EnqueueResult(EnqueueStatus.Duplicate, samples[1].Notification.Id),
            await EnqueueAsync(CreateClaiming("second", Now.AddHours(3)))
        );
        Assert.Equal(EnqueueStatus.Stored, (await EnqueueAsync(CreateClaiming("first", Now.AddHours(3)))).Status);
        Assert.Equal(0, await Store.Retention.PurgeIdempotencyKeysAsync(Now.AddHours(1), BatchSize, Cancellation));
    }

    [Fact]
    public async Task Permits_taken_before_a_time_are_purged()
    {
        var request = new ThrottleRequest
        {
            Tenant = Tenant,
            Category = "news",
            Recipients = ["u"],
            Max = 10,
            Per = TimeSpan.FromDays(31),
            Now = Now,
        };
        for (var i = 0; i < 10; i++)
            await Store.Throttles.TryTakeAsync(request with { Now = Now.AddHours(i) }, Cancellation);

        Assert.Equal(9, await Store.Retention.PurgePermitsAsync(Now.AddHours(9), BatchSize, Cancellation));

        Assert.Equal([false], await Store.Throttles.TryTakeAsync(request with { Max = 1, Now = Now.AddHours(10) }, Cancellation));
        Assert.Equal([true], await Store.Throttles.TryTakeAsync(request with { Max = 2, Now = Now.AddHours(10) }, Cancellation));
    }

    private Sample CreateClaiming(string key, DateTimeOffset until) =>
        new(Tenant, Now) { Idempotency = new IdempotencyClaim(key, new byte[32], until) };
}
