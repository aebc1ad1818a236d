using Notify.Storage;

namespace Notify.Core.Planning;

/// <summary>Takes a permit for each recipient that a message goes to, where the trigger has a throttle.</summary>
internal sealed class ApplyThrottle(IThrottleStore throttles) : IPlanningStep
{
    public async ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Trigger.Throttle is not { } throttle)
            return;
        PlannedRecipient[] reached = [.. plan.Planned.Where(recipient => recipient.IsReached)];
        if (reached.Length == 0)
            return;

        var request = new ThrottleRequest(
            plan.Notification.Tenant,
            plan.Trigger.Category!,
            [.. reached.Select(recipient => recipient.Recipient.Key)],
            throttle.Max,
            throttle.Per,
            plan.Notification.AcceptedAt
        );
        var taken = await throttles.TryTakeAsync(request, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < taken.Count; i++)
            reached[i].IsThrottled = !taken[i];
        plan.Permits = request with { Recipients = [.. request.Recipients.Where((_, i) => taken[i])] };
    }
}
