using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Notify.Engines;

namespace Notify.Storage.Redis.Tests;

public sealed class IdempotencyTests(RedisServer redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repeated_trigger_is_answered_without_the_store()
    {
        var (notifier, queue) = await ComposeAsync();
        var first = await notifier.TriggerAsync(Order("Hello"), Cancellation);
        var asked = queue.Enqueued;

        var second = await notifier.TriggerAsync(Order("Hello"), Cancellation);

        Assert.Equal((first.Id, true), (second.Id, second.IsDuplicate));
        Assert.Equal(asked, queue.Enqueued);
    }

    [Fact]
    public async Task Another_body_under_the_same_key_is_the_stores_to_refuse()
    {
        var (notifier, queue) = await ComposeAsync();
        var first = await notifier.TriggerAsync(Order("Hello"), Cancellation);
        var asked = queue.Enqueued;

        var refused = await Assert.ThrowsAsync<IdempotencyConflictException>(() =>
            notifier.TriggerAsync(Order("Bye"), Cancellation)
        );

        Assert.Equal(first.Id, refused.ExistingId);
        Assert.Equal(asked + 1, queue.Enqueued);
    }

    [Fact]
    public async Task What_the_store_did_not_accept_is_not_remembered()
    {
        var (notifier, queue) = await ComposeAsync();
        queue.IsBroken = true;
        await Assert.ThrowsAsync<IOException>(() => notifier.TriggerAsync(Order("Hello"), Cancellation));
        queue.IsBroken = false;

        Assert.False((await notifier.TriggerAsync(Order("Hello"), Cancellation)).IsDuplicate);
    }

    [Fact]
    public async Task A_batch_of_new_and_repeated_requests_is_answered_in_its_order()
    {
        var (notifier, queue) = await ComposeAsync();
        await notifier.TriggerAsync(Order("Hello", "a"), Cancellation);
        await notifier.TriggerAsync(Order("Hello", "c"), Cancellation);
        await notifier.TriggerAsync(Order("Hello", "b"), Cancellation);
        EnqueueRequest[] repeated =
        [
            .. queue.Requests.Select(request =>
                request with
                {
                    Notification = request.Notification with { Id = Guid.CreateVersion7() },
                }
            ),
        ];
        var fresh = repeated[1] with { Deliveries = [], Idempotency = repeated[1].Idempotency! with { Key = "d" } };

        var results = await queue.Outer.EnqueueAsync([repeated[0], fresh, repeated[2]], Cancellation);

        Assert.Equal(
            [EnqueueStatus.Duplicate, EnqueueStatus.Stored, EnqueueStatus.Duplicate],
            results.Select(result => result.Status)
        );
        Assert.Equal(
            [queue.Requests[0].Notification.Id, fresh.Notification.Id, queue.Requests[2].Notification.Id],
            results.Select(result => result.NotificationId)
        );
        Assert.Equal(4, queue.Enqueued);
    }

    private async Task<(INotifier Notifier, CountingQueue Queue)> ComposeAsync()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        var notifications = services.AddNotifications().UseInMemory().AddSandbox();
        CountingQueue queue = null!;
        notifications.Decorate<IDeliveryQueue>((_, store) => queue = new CountingQueue(store));
        notifications.UseRedis(await redis.FreshAsync());
        var process = services.BuildServiceProvider();
        var outer = process.GetRequiredService<IDeliveryQueue>();
        queue.Outer = outer;
        return (process.GetRequiredService<INotifier>(), queue);
    }

    private static Trigger Order(string body, string key = "order-1") =>
        new()
        {
            To = Recipient.Email("ada@example.org"),
            Content = new Content { Title = "Hello", Body = body },
            IdempotencyKey = key,
        };

    private sealed class CountingQueue(IDeliveryQueue store) : IDeliveryQueue
    {
        public bool IsBroken { get; set; }

        public List<EnqueueRequest> Requests { get; } = [];

        public int Enqueued => Requests.Count;

        public IDeliveryQueue Outer { get; set; } = null!;

        public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
            IReadOnlyList<EnqueueRequest> requests,
            CancellationToken cancellationToken
        )
        {
            if (IsBroken)
                throw new IOException("The disk is full.");
            Requests.AddRange(requests);
            return store.EnqueueAsync(requests, cancellationToken);
        }

        public ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
            store.LeaseAsync(request, cancellationToken);

        public ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
            store.ClaimAsync(request, cancellationToken);

        public ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
            store.RenewAsync(request, cancellationToken);

        public ValueTask<IReadOnlyList<bool>> SettleAsync(
            IReadOnlyList<Settlement> settlements,
            CancellationToken cancellationToken
        ) => store.SettleAsync(settlements, cancellationToken);

        public ValueTask<Cancellation?> CancelAsync(
            string tenant,
            Guid notificationId,
            DateTimeOffset now,
            CancellationToken cancellationToken
        ) => store.CancelAsync(tenant, notificationId, now, cancellationToken);

        public ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken) =>
            store.GetDepthAsync(cancellationToken);
    }
}
