using Notify.Conformance.Storage;
using Notify.Providers;
using Xunit;

namespace Notify.Storage.Testing;

/// <summary>The base of tests that call the queue of a store at times that they choose.</summary>
public abstract class StoreTest
{
    protected const string Tenant = "tenant-1";
    protected const string Provider = "mail";

    private int _addresses;

    protected static DateTimeOffset Now { get; } = new(2031, 2, 3, 4, 5, 6, TimeSpan.Zero);

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A notification to enqueue, with deliveries that are due now and that nobody holds.</summary>
    protected EnqueueRequest Request(
        int deliveries = 1,
        string tenant = Tenant,
        IdempotencyClaim? idempotency = null,
        Func<Delivery, Delivery>? change = null,
        DateTimeOffset? acceptedAt = null
    )
    {
        var now = acceptedAt ?? Now;
        var content = new Content { Title = "Hello", Body = "Hello" };
        var notification = new Notification
        {
            Id = Guid.CreateVersion7(now),
            Trigger = new Trigger
            {
                Tenant = tenant,
                To = Recipient.Email("ada@example.org"),
                Content = content,
                IdempotencyKey = idempotency?.Key,
            },
            AcceptedAt = now,
            ExpiresAt = now.AddDays(3),
            Contents = [new ContentVariant(null, null, content)],
        };
        return new EnqueueRequest(
            notification,
            [
                .. Enumerable
                    .Range(0, deliveries)
                    .Select(_ => GetDelivery(notification))
                    .Select(change ?? (delivery => delivery))
                    .Select(delivery => new QueuedDelivery(delivery, delivery.DueAt)),
            ]
        )
        {
            Idempotency = idempotency,
        };
    }

    protected static async Task<IReadOnlyList<Lease>> LeaseAsync(
        ConformanceStore store,
        string owner = "worker",
        int max = 1_000,
        DateTimeOffset? now = null
    ) =>
        await store.Queue.LeaseAsync(
            new LeaseRequest
            {
                Owner = owner,
                Now = now ?? Now,
                Until = (now ?? Now).AddMinutes(2),
                Slots = [new LeaseSlots(Priority.Normal, Provider, max)],
            },
            Cancellation
        );

    protected static Settlement Ended(Lease lease, DeliveryState state) =>
        new()
        {
            DeliveryId = lease.Delivery.Id,
            Fence = lease.Fence,
            State = state,
            Provider = lease.Delivery.Provider,
            AttemptsSpent = 1,
            Reason = state == DeliveryState.Sent ? null : "mailbox is full",
            Attempt = new Attempt
            {
                Provider = Provider,
                StartedAt = Now,
                Duration = TimeSpan.FromMilliseconds(12),
                Outcome = OutcomeKind.Sent,
            },
            SettledAt = Now,
        };

    private Delivery GetDelivery(Notification notification) =>
        new()
        {
            Id = Guid.CreateVersion7(notification.AcceptedAt),
            NotificationId = notification.Id,
            Tenant = notification.Tenant,
            Priority = Priority.Normal,
            To = new Address(Channel.Email, $"ada+{Interlocked.Increment(ref _addresses)}@example.org"),
            Provider = Provider,
            Content = notification.Contents[0].Content,
            ContentIndex = 0,
            AcceptedAt = notification.AcceptedAt,
            DueAt = notification.AcceptedAt,
            ExpiresAt = notification.ExpiresAt,
        };
}
