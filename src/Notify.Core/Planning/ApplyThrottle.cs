using Notify.Storage;

namespace Notify.Core.Planning;

/// <summary>Takes a permit for each recipient that a message goes to, where the trigger has a throttle.</summary>
internal sealed class ApplyThrottle(IThrottleStore throttles, TimeProvider time) : IPlanningStep
{
    public async ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Trigger.Throttle is not { } throttle)
            return;
        PlannedRecipient[] reached = [.. plan.Planned.Where(recipient => recipient.IsReached)];
        if (reached.Length == 0)
            return;

        var request = new ThrottleRequest
        {
            Tenant = plan.Notification.Tenant,
            // A test must not use up what a live notification may send. No category begins with a control character.
            Category = plan.Trigger.Kind == ApiKeyKind.Test ? $"\u0001test:{plan.Trigger.Category}" : plan.Trigger.Category!,
            Recipients = [.. reached.Select(recipient => recipient.Recipient.Key)],
            Max = throttle.Max,
            Per = throttle.Per,

            // A batch of a broadcast is planned long after its notification was accepted, and counts when it is sent.
            Now = time.GetUtcNow(),
        };
        var taken = await throttles.TryTakeAsync(request, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < taken.Count; i++)
            reached[i].IsThrottled = !taken[i];
        if (taken.Contains(true))
            plan.Permits = request with { Recipients = [.. request.Recipients.Where((_, i) => taken[i])] };
    }
}
