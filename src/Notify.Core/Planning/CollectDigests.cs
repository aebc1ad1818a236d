using Notify.Core.Timing;
using Notify.Storage;

namespace Notify.Core.Planning;

/// <summary>
/// Collects events into digests instead of sending them: all events of a trigger with a digest, or only the throttled ones if it
/// also has a throttle.
/// </summary>
internal sealed class CollectDigests(IdGenerator ids, TimeProvider time) : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Trigger.Digest is not { } digest)
            return ValueTask.CompletedTask;

        // A batch of a broadcast is planned some time after its notification was accepted. Its events arrive now, and a digest
        // that they begin collects from now on.
        var now = time.GetUtcNow();
        foreach (
            var recipient in plan
                .Planned.Where(recipient => recipient.IsReached && (plan.Trigger.Throttle is null || recipient.IsThrottled))
                .ToArray()
        )
        {
            plan.Planned.Remove(recipient);
            plan.Drafts.RemoveAll(draft => draft.Recipient == recipient);
            plan.Digests.Add(
                new DigestEvent
                {
                    Id = ids.Create(now),
                    NotificationId = plan.Notification.Id,
                    Recipient = recipient.Recipient,
                    Trigger = plan.Trigger with
                    {
                        To = recipient.Topic is { } topic ? [recipient.Recipient, Recipient.Topic(topic)] : recipient.Recipient,
                        IdempotencyKey = null,
                        // If the user is gone when the digest closes, the digest ends, as for any other event.
                        OnUnknownRecipient = UnknownRecipientBehavior.Fail,
                    },
                    TemplateVersion = plan.Notification.TemplateVersion!.Value,
                    DueAt = DigestSchedule.GetDueTime(digest, now, recipient.User),
                }
            );
        }

        return ValueTask.CompletedTask;
    }
}
