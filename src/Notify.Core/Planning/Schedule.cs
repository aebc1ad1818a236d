namespace Notify.Planning;

/// <summary>Says when each delivery falls due.</summary>
internal sealed class Schedule : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        var notification = plan.Notification;
        foreach (var draft in plan.Drafts)
            draft.DueAt = notification.Trigger.SendAt > notification.AcceptedAt ? notification.Trigger.SendAt.Value : notification.AcceptedAt;

        return ValueTask.CompletedTask;
    }
}
