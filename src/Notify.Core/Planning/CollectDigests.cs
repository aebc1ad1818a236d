using Notify.Recipients;
using Notify.Timing;

namespace Notify.Planning;

/// <summary>
/// Sets aside what is collected instead of sent: everything for a trigger with a digest, or what a throttle leaves over where it
/// has both.
/// </summary>
internal sealed class CollectDigests(Chance chance) : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Trigger.Digest is not { } digest)
            return ValueTask.CompletedTask;

        foreach (
            var recipient in plan.Planned.Where(recipient => plan.Trigger.Throttle is null || recipient.IsThrottled).ToArray()
        )
        {
            plan.Planned.Remove(recipient);
            plan.Digests.Add(
                new DigestEvent(
                    chance.NewId(plan.Notification.AcceptedAt),
                    recipient.Recipient,
                    plan.Trigger with
                    {
                        To = recipient.Recipient,
                        IdempotencyKey = null,
                    },
                    DueAt(digest, plan.Notification.AcceptedAt, recipient.User)
                )
            );
        }

        return ValueTask.CompletedTask;
    }

    public static DateTimeOffset DueAt(Digest digest, DateTimeOffset now, User? user)
    {
        if (digest.Window is { } window)
            return now + window;

        // The trigger was refused unless its cron time is one that comes.
        return CronTime.TryParse(digest.Cron!, out var cron, out _) && cron.GetNext(now, user?.TimeZone) is { } next
            ? next
            : now + Throttle.LongestPer;
    }
}
