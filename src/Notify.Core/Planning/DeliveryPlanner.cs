using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Planning;

/// <summary>The second stage: turns a notification into deliveries by a list of steps.</summary>
internal sealed class DeliveryPlanner(
    ResolveRecipients resolveRecipients,
    ApplyPreferences applyPreferences,
    FindTeam findTeam,
    ChooseAddresses chooseAddresses,
    ChooseContent chooseContent,
    RenderOwnContent renderOwnContent,
    DropDuplicateAddresses dropDuplicateAddresses,
    RecordUnreached recordUnreached,
    ApplyThrottle applyThrottle,
    CollectDigests collectDigests,
    Schedule schedule,
    IdGenerator ids,
    TimeProvider time
)
{
    // The content of a cancelled delivery for which none was rendered.
    private static readonly Content NoContent = new();

    private readonly IPlanningStep[] _steps =
    [
        resolveRecipients,
        applyPreferences,
        findTeam,
        chooseAddresses,
        chooseContent,
        renderOwnContent,
        dropDuplicateAddresses,
        recordUnreached,
        applyThrottle,
        collectDigests,
        schedule,
    ];

    /// <summary>Plans the deliveries of recipients.</summary>
    /// <param name="notification">The notification.</param>
    /// <param name="recipients">The recipients that the trigger names, without topics, or a batch of subscribers.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    /// <param name="topics">The topic of each subscriber, by user id; null for recipients that the trigger names.</param>
    /// <param name="checksContent">Whether rendered contents must follow the rules for contents.</param>
    /// <param name="errors">
    /// The errors of the trigger that are already known. With them, planning only looks for unknown users, and takes no permits.
    /// </param>
    public async ValueTask<PlannedDeliveries> PlanAsync(
        Notification notification,
        IReadOnlyList<Recipient> recipients,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? topics = null,
        bool checksContent = true,
        IReadOnlyList<FieldError>? errors = null
    )
    {
        var plan = new DeliveryPlan(notification, recipients, topics) { ChecksContent = checksContent };
        plan.Errors.AddRange(errors ?? []);
        foreach (var step in _steps)
        {
            await step.ApplyAsync(plan, cancellationToken).ConfigureAwait(false);
            // A trigger with such errors is rejected, so it must not take permits.
            if (plan.Unknown.Count > 0 || plan.Errors.Count > 0)
                return new PlannedDeliveries([], [], plan.Unknown, null) { Errors = plan.Errors };
        }

        var deliveries = new QueuedDelivery[plan.Drafts.Count];
        for (var i = 0; i < deliveries.Length; i++)
            deliveries[i] = CreateQueued(notification, plan.Drafts[i]);
        return new PlannedDeliveries(deliveries, plan.Digests, plan.Unknown, plan.Permits)
        {
            FirstLeft = plan.FirstLeft,
            Skipped = plan.IsBroadcast ? null : SkippedRecipients.From(plan.Drafts),
        };
    }

    private QueuedDelivery CreateQueued(Notification notification, DeliveryDraft draft) =>
        new(CreateDelivery(notification, draft), draft.DueAt)
        {
            CancelledBecause = draft.Skip?.Text,
            AddressKey =
                !draft.Recipient.IsThrottled && AddressKey.IsNeeded(notification.Trigger, draft)
                    ? AddressKey.Compute(notification.Id, draft.To)
                    : null,
        };

    // The id has the current time instead of the time of acceptance, so the ids of a broadcast ascend, and the store appends each
    // batch to its index instead of inserting it somewhere before the end.
    private Delivery CreateDelivery(Notification notification, DeliveryDraft draft)
    {
        var isOwn = draft.OwnContent is not null || notification.Contents.Count == 0;
        return new()
        {
            Id = ids.Create(time.GetUtcNow()),
            NotificationId = notification.Id,
            Tenant = notification.Tenant,
            Priority = notification.Trigger.Priority,
            To = draft.To,
            UserId = draft.UserId,
            DeviceId = draft.Device?.Id,
            Topic = draft.Recipient.Topic,
            Category = notification.Trigger.Category,
            Template = notification.Trigger.Template,
            Workflow = notification.Trigger.Workflow,
            Reference = notification.Trigger.Reference,
            Tags = notification.Trigger.Tags,
            Metadata = notification.Trigger.Metadata,
            Provider = draft.Provider,
            Content = isOwn ? draft.OwnContent ?? NoContent : notification.Contents[draft.ContentIndex].Content,
            ContentIndex = isOwn ? Delivery.OwnContent : draft.ContentIndex,
            TraceParent = notification.TraceParent,
            CollapseKey = notification.Trigger.CollapseKey,
            Fallback = draft.Fallback,
            AcceptedAt = notification.AcceptedAt,
            DueAt = draft.DueAt,
            ExpiresAt = draft.ExpiresAt,
        };
    }
}

/// <summary>The result of planning.</summary>
/// <param name="Deliveries">The deliveries.</param>
/// <param name="Digests">The events that are collected into digests.</param>
/// <param name="Unknown">The positions of users that do not exist. If there are any, nothing is planned.</param>
/// <param name="Permits">The permits that were taken, to be given back if nothing is stored; null for none.</param>
internal readonly record struct PlannedDeliveries(
    IReadOnlyList<QueuedDelivery> Deliveries,
    IReadOnlyList<DigestEvent> Digests,
    IReadOnlyList<int> Unknown,
    ThrottleRequest? Permits
)
{
    /// <summary>Gets the errors of rendering for named recipients. If there are any, nothing is planned.</summary>
    public IReadOnlyList<FieldError> Errors { get; init; } = [];

    /// <summary>Gets the first recipient that was left for the next batch; null if all were planned.</summary>
    public Recipient? FirstLeft { get; init; }

    /// <summary>Gets the named recipients that get nothing; null if there are none.</summary>
    public SkippedRecipients? Skipped { get; init; }
}
