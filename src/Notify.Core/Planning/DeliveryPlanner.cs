using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Planning;

/// <summary>The second stage: turns a notification into deliveries, by the steps it lists.</summary>
internal sealed class DeliveryPlanner(
    ResolveRecipients resolveRecipients,
    ApplyPreferences applyPreferences,
    ChooseAddresses chooseAddresses,
    ChooseContent chooseContent,
    DropDuplicateAddresses dropDuplicateAddresses,
    RecordUnreached recordUnreached,
    ApplyThrottle applyThrottle,
    CollectDigests collectDigests,
    Schedule schedule,
    Chance chance,
    TimeProvider time
)
{
    private readonly IPlanningStep[] _steps =
    [
        resolveRecipients,
        applyPreferences,
        chooseAddresses,
        chooseContent,
        dropDuplicateAddresses,
        recordUnreached,
        applyThrottle,
        collectDigests,
        schedule,
    ];

    /// <param name="notification">The notification.</param>
    /// <param name="recipients">The recipients that the trigger names, without topics, or a batch of subscribers.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    /// <param name="topics">The topic of each subscriber, by user id; null for recipients that the trigger names.</param>
    public async ValueTask<PlannedDeliveries> PlanAsync(
        Notification notification,
        IReadOnlyList<Recipient> recipients,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? topics = null
    )
    {
        var plan = new DeliveryPlan(notification, recipients, topics);
        foreach (var step in _steps)
        {
            await step.ApplyAsync(plan, cancellationToken).ConfigureAwait(false);
            // Such a trigger is refused, so it must take no permits.
            if (plan.Unknown.Count > 0)
                return new PlannedDeliveries([], [], plan.Unknown, null);
        }

        var deliveries = new QueuedDelivery[plan.Drafts.Count];
        for (var i = 0; i < deliveries.Length; i++)
            deliveries[i] = Queued(notification, plan.Drafts[i]);
        return new PlannedDeliveries(deliveries, plan.Digests, plan.Unknown, plan.Permits);
    }

    private QueuedDelivery Queued(Notification notification, DeliveryDraft draft) =>
        new(Finish(notification, draft), draft.DueAt)
        {
            CancelledBecause = draft.SkippedBecause ?? (draft.Recipient.IsThrottled ? "throttled" : null),
            AddressKey =
                !draft.Recipient.IsThrottled && AddressKey.IsNeeded(notification.Trigger, draft)
                    ? AddressKey.Compute(notification.Id, draft.To)
                    : null,
        };

    // An id of this moment: those of a broadcast then lie in its order, and a store writes each batch behind the one before.
    private Delivery Finish(Notification notification, DeliveryDraft draft) =>
        new()
        {
            Id = chance.NewId(time.GetUtcNow()),
            NotificationId = notification.Id,
            Tenant = notification.Tenant,
            Priority = notification.Trigger.Priority,
            To = draft.To,
            UserId = draft.Recipient.UserId,
            DeviceId = draft.Device?.Id,
            Topic = draft.Recipient.Topic,
            Category = notification.Trigger.Category,
            Provider = draft.Provider,
            Content = notification.Contents[draft.ContentIndex].Content,
            ContentIndex = draft.ContentIndex,
            TraceParent = notification.TraceParent,
            CollapseKey = notification.Trigger.CollapseKey,
            Fallback = draft.Fallback,
            AcceptedAt = notification.AcceptedAt,
            DueAt = draft.DueAt,
            ExpiresAt = draft.ExpiresAt,
        };
}

/// <summary>What planning came to.</summary>
/// <param name="Deliveries">The deliveries.</param>
/// <param name="Digests">What is collected instead.</param>
/// <param name="Unknown">The positions of recipients that are users who do not exist; then nothing is planned.</param>
/// <param name="Permits">The permits that were taken, to be given back where nothing is stored; null for none.</param>
internal readonly record struct PlannedDeliveries(
    IReadOnlyList<QueuedDelivery> Deliveries,
    IReadOnlyList<DigestEvent> Digests,
    IReadOnlyList<int> Unknown,
    ThrottleRequest? Permits
);
