using Notify.Core.Timing;

namespace Notify.Core.Planning;

/// <summary>Sets when each delivery falls due and when it expires.</summary>
internal sealed class Schedule(DueTimePolicy policy) : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        foreach (var draft in plan.Drafts)
        {
            var clock = RecipientClock.From(draft.Recipient.User, draft.Device);
            draft.DueAt = policy.GetFirstDueTime(plan.Notification, draft.To.Channel, draft.After, clock);
            draft.ExpiresAt = policy.GetExpiry(plan.Trigger, draft.To.Channel, draft.DueAt);
        }

        return ValueTask.CompletedTask;
    }
}
