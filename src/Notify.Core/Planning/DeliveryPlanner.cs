using Notify.Queueing;

namespace Notify.Planning;

/// <summary>The second stage: turns a notification into deliveries, by the steps it lists.</summary>
internal sealed class DeliveryPlanner(
    ResolveRecipients resolveRecipients,
    ApplyPreferences applyPreferences,
    ChooseAddresses chooseAddresses,
    ChooseContent chooseContent,
    Schedule schedule)
{
    private readonly IPlanningStep[] _steps = [resolveRecipients, applyPreferences, chooseAddresses, chooseContent, schedule];

    /// <param name="notification">The notification.</param>
    /// <param name="recipients">The trigger's own recipients but for topics, or a batch of a topic's subscribers.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    public async ValueTask<PlannedDeliveries> PlanAsync(
        Notification notification, IReadOnlyList<Recipient> recipients, CancellationToken cancellationToken)
    {
        var plan = new DeliveryPlan(notification, recipients);
        foreach (var step in _steps)
            await step.ApplyAsync(plan, cancellationToken).ConfigureAwait(false);

        var deliveries = new Delivery[plan.Drafts.Count];
        for (var i = 0; i < deliveries.Length; i++)
            deliveries[i] = Finish(notification, plan.Drafts[i]);
        return new PlannedDeliveries(deliveries, plan.Unknown);
    }

    private static Delivery Finish(Notification notification, DeliveryDraft draft) => new()
    {
        Id = Guid.CreateVersion7(notification.AcceptedAt),
        NotificationId = notification.Id,
        Tenant = notification.Tenant,
        Priority = notification.Trigger.Priority,
        To = draft.To,
        UserId = draft.Recipient.User?.Id,
        Provider = draft.Provider,
        Content = notification.Contents[draft.ContentIndex].Content,
        ContentIndex = draft.ContentIndex,
        CollapseKey = notification.Trigger.CollapseKey,
        Fallback = draft.Fallback,
        AcceptedAt = notification.AcceptedAt,
        DueAt = draft.DueAt,
        ExpiresAt = notification.ExpiresAt,
    };
}

/// <summary>What planning came to.</summary>
/// <param name="Deliveries">The deliveries.</param>
/// <param name="Unknown">The positions of recipients that are users whom nobody knows.</param>
internal readonly record struct PlannedDeliveries(IReadOnlyList<Delivery> Deliveries, IReadOnlyList<int> Unknown);
