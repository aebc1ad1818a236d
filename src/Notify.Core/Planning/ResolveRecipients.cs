namespace Notify.Planning;

/// <summary>Names whom the trigger means. A recipient that is named twice is notified once.</summary>
internal sealed class ResolveRecipients : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        plan.Drafts.AddRange(plan.Notification.Trigger.To.Distinct().Select(recipient => new DeliveryDraft { Recipient = recipient }));
        return ValueTask.CompletedTask;
    }
}
