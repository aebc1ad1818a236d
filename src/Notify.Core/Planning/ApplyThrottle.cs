namespace Notify.Planning;

/// <summary>Takes a permit for each recipient, where the trigger says how often one may hear of it.</summary>
internal sealed class ApplyThrottle(IThrottleStore throttles) : IPlanningStep
{
    public async ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Trigger.Throttle is not { } throttle || plan.Planned.Count == 0)
            return;

        var request = new ThrottleRequest(
            plan.Notification.Tenant,
            plan.Trigger.Category!,
            [.. plan.Planned.Select(recipient => recipient.Recipient.Key)],
            throttle.Max,
            throttle.Per,
            plan.Notification.AcceptedAt
        );
        var taken = await throttles.TryTakeAsync(request, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < taken.Count; i++)
            plan.Planned[i].IsThrottled = !taken[i];
    }
}
