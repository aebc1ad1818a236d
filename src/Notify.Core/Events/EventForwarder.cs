using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Notify.Providers;
using Notify.Storage;
using Notify.Transport;

namespace Notify.Core.Events;

/// <summary>
/// Sends events to the endpoints that subscribe to them. An event becomes one notification for each subscriber, with one
/// delivery, so it is durable, retried and counted against the capacity of its provider like any other.
/// </summary>
/// <remarks>
/// An event must neither be lost nor precede what it reports. It is therefore held: stored before or together with what it
/// reports, and reserved like a delivery whose hint is on its way. Afterwards its sending begins at once, or it is withdrawn. If
/// the process is killed in between, the event falls due when its reservation ends.
/// </remarks>
internal sealed class EventForwarder(
    EventSubscriptionCache subscriptions,
    IDeliveryQueue queue,
    IDeliveryTransport transport,
    IdGenerator ids,
    IOptions<NotificationsOptions> options,
    TimeProvider time,
    ILogger<EventForwarder> logger
)
{
    /// <summary>The tag of the notifications that carry events. Their reference is the id of the subscription.</summary>
    public const string Tag = "event-subscription";

    // A delivery that the transport does not reserve must not be sent before what its event reports is stored.
    private static readonly TimeSpan HoldTime = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Determines whether a delivery carries an event. Nothing is reported about such a delivery: its events would have events.
    /// </summary>
    public static bool IsEvent(Delivery delivery) => delivery.Content.Event is not null;

    /// <summary>Gets the id of the subscription for which a delivery carries an event.</summary>
    public static Guid GetSubscription(Delivery delivery) => Guid.Parse(delivery.Reference!);

    /// <summary>Finds the subscribers of a tenant to events of a type. It seldom reads the store.</summary>
    public ValueTask<IReadOnlyList<EventSubscription>> FindSubscribersAsync(
        string tenant,
        string type,
        CancellationToken cancellationToken
    ) => subscriptions.FindSubscribersAsync(tenant, type, cancellationToken);

    /// <summary>
    /// Creates the notifications that carry an event. The caller stores them (<see cref="EnqueueAsync"/>), and ends the hold with
    /// <see cref="PublishAsync"/>, <see cref="WithdrawAsync"/> or <see cref="Leave"/>.
    /// </summary>
    public IEnumerable<EnqueueRequest> Hold(IReadOnlyList<EventSubscription> subscribers, NotifyEvent happened) =>
        subscribers.Select(subscriber => Create(subscriber, happened, HoldTime));

    /// <summary>Stores notifications that carry events.</summary>
    public async ValueTask EnqueueAsync(IReadOnlyList<EnqueueRequest> held, CancellationToken cancellationToken)
    {
        try
        {
            await queue.EnqueueAsync(held, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            Leave(held);
            throw;
        }
    }

    /// <summary>Begins to send events whose cause is stored.</summary>
    public ValueTask PublishAsync(IReadOnlyList<EnqueueRequest> held, CancellationToken cancellationToken) =>
        transport.PublishAsync([.. held.SelectMany(request => request.Deliveries)], cancellationToken);

    /// <summary>
    /// Gives back the slots of events of which it is unknown whether they happened. They are sent when their reservation ends.
    /// </summary>
    public void Leave(IReadOnlyList<EnqueueRequest> held)
    {
        foreach (var request in held)
            transport.Withdraw(request.Deliveries);
    }

    /// <summary>Cancels events that did not happen.</summary>
    public async ValueTask WithdrawAsync(IReadOnlyList<EnqueueRequest> held)
    {
        Leave(held);
        foreach (var request in held)
        {
            try
            {
                await CancelAsync(request).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                Log.EventNotWithdrawn(logger, request.Notification.Id, exception);
            }
        }
    }

    /// <summary>Stores an event for its subscribers, and begins to send it.</summary>
    public async ValueTask ForwardAsync(NotifyEvent happened, CancellationToken cancellationToken)
    {
        var subscribers = await FindSubscribersAsync(happened.Tenant, happened.Type, cancellationToken).ConfigureAwait(false);
        if (subscribers.Count > 0)
            await ForwardAsync(subscribers, happened, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores an event for subscribers, and begins to send it.</summary>
    /// <returns>The notifications that carry the event.</returns>
    public async ValueTask<IReadOnlyList<Guid>> ForwardAsync(
        IReadOnlyList<EventSubscription> subscribers,
        NotifyEvent happened,
        CancellationToken cancellationToken
    )
    {
        EnqueueRequest[] requests = [.. subscribers.Select(subscriber => Create(subscriber, happened, TimeSpan.Zero))];
        await EnqueueAsync(requests, cancellationToken).ConfigureAwait(false);
        await PublishAsync(requests, CancellationToken.None).ConfigureAwait(false);
        return [.. requests.Select(request => request.Notification.Id)];
    }

    private EnqueueRequest Create(EventSubscription subscriber, NotifyEvent happened, TimeSpan hold)
    {
        var now = time.GetUtcNow();
        var content = new Content { Event = happened };
        var notification = new Notification
        {
            Id = ids.Create(now),
            Trigger = new Trigger
            {
                Tenant = subscriber.Tenant,
                To = Recipient.Webhook(subscriber.Url),
                Reference = $"{subscriber.Id}",
                Tags = [Tag],
            },
            AcceptedAt = now,
            ExpiresAt = now + options.Value.DefaultTimeToLive,
            Contents = [new ContentVariant(null, null, content)],
        };
        var queued = transport.Prepare(
            new Delivery
            {
                Id = ids.Create(now),
                NotificationId = notification.Id,
                Tenant = notification.Tenant,
                Priority = notification.Trigger.Priority,
                To = new Address(Channel.Webhook, subscriber.Url),
                Provider = subscriber.Provider,
                Content = content,
                ContentIndex = 0,
                Reference = notification.Trigger.Reference,
                Tags = notification.Trigger.Tags,
                AcceptedAt = now,
                DueAt = now,
                ExpiresAt = notification.ExpiresAt,
            }
        );
        return new EnqueueRequest(
            notification,
            [queued.Owner is null && queued.DueAt < now + hold ? queued with { DueAt = now + hold } : queued]
        );
    }

    private async ValueTask CancelAsync(EnqueueRequest request)
    {
        var queued = request.Deliveries[0];
        var now = time.GetUtcNow();
        if (queued.Lease is not { } lease)
        {
            await queue
                .CancelAsync(request.Notification.Tenant, request.Notification.Id, now, CancellationToken.None)
                .ConfigureAwait(false);
            return;
        }

        var cancelled = new Settlement
        {
            DeliveryId = lease.Delivery.Id,
            Fence = lease.Fence,
            State = DeliveryState.Cancelled,
            Provider = lease.Delivery.Provider,
            AttemptsSpent = 0,
            Reason = "what the event reports did not happen",
            SettledAt = now,
        };
        await queue.SettleAsync([cancelled], CancellationToken.None).ConfigureAwait(false);
    }
}
