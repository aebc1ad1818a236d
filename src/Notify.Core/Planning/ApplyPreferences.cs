using Notify.Core.Timing;

namespace Notify.Core.Planning;

/// <summary>
/// Leaves out the channels that users declined, and phone numbers that opted out. Other direct addresses have no preferences, and
/// preferences do not apply to a mandatory category.
/// </summary>
internal sealed class ApplyPreferences(DueTimePolicy policy) : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        if (policy.IsMandatory(plan.Trigger.Category))
            return ValueTask.CompletedTask;

        foreach (var recipient in plan.Planned)
        {
            if (recipient.Stored is { Preferences.Count: > 0 } user)
                recipient.Wants = channel => user.Wants(plan.Trigger.Category, channel);
        }

        return ValueTask.CompletedTask;
    }
}
