using Notify.Queueing;

namespace Notify.Planning;

/// <summary>The second stage: turns a notification into deliveries, by the steps it lists.</summary>
internal sealed class DeliveryPlanner(
    ResolveRecipients resolveRecipients, ChooseAddresses chooseAddresses, RenderContent renderContent, Schedule schedule)
{
    private readonly IPlanningStep[] _steps = [resolveRecipients, chooseAddresses, renderContent, schedule];

    public async ValueTask<PlannedNotification> PlanAsync(Notification notification, CancellationToken cancellationToken)
    {
        var plan = new DeliveryPlan(notification);
        foreach (var step in _steps)
            await step.ApplyAsync(plan, cancellationToken).ConfigureAwait(false);

        var deliveries = new Delivery[plan.Drafts.Count];
        for (var i = 0; i < deliveries.Length; i++)
            deliveries[i] = Finish(notification, plan.Drafts[i]);
        return new PlannedNotification(notification, deliveries);
    }

    private static Delivery Finish(Notification notification, DeliveryDraft draft) => new()
    {
        Id = Guid.CreateVersion7(notification.AcceptedAt),
        NotificationId = notification.Id,
        Tenant = notification.Tenant,
        Priority = notification.Trigger.Priority,
        To = draft.To!,
        Provider = draft.Provider!,
        Content = draft.Content!,
        ContentIndex = draft.ContentIndex,
        AcceptedAt = notification.AcceptedAt,
        DueAt = draft.DueAt,
        ExpiresAt = notification.ExpiresAt,
    };
}
