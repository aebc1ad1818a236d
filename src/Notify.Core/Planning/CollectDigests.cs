using Notify.Core.Providers;
using Notify.Core.Timing;
using Notify.Storage;

namespace Notify.Core.Planning;

/// <summary>
/// Sets aside what is collected instead of sent: everything for a trigger with a digest, or what a throttle leaves over where it
/// has both.
/// </summary>
internal sealed class CollectDigests(ProviderCatalog catalog, Chance chance) : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Trigger.Digest is not { } digest)
            return ValueTask.CompletedTask;

        foreach (
            var recipient in plan
                .Planned.Where(recipient => recipient.IsReached && (plan.Trigger.Throttle is null || recipient.IsThrottled))
                .Where(recipient => IsWanted(plan.Trigger, recipient))
                .ToArray()
        )
        {
            plan.Planned.Remove(recipient);
            plan.Drafts.RemoveAll(draft => draft.Recipient == recipient);
            plan.Digests.Add(
                new DigestEvent(
                    chance.NewId(plan.Notification.AcceptedAt),
                    plan.Notification.Id,
                    recipient.Recipient,
                    plan.Trigger with
                    {
                        To = recipient.Recipient,
                        IdempotencyKey = null,
                    },
                    plan.Notification.TemplateVersion!.Value,
                    DigestSchedule.GetDueTime(digest, plan.Notification.AcceptedAt, recipient.User)
                )
            );
        }

        return ValueTask.CompletedTask;
    }

    // An event that its user declines over every channel must not be in a summary. It stays with the steps that follow, which
    // treat it as any other that is declined.
    private bool IsWanted(Trigger trigger, PlannedRecipient recipient) =>
        recipient.Wants is not { } wants
        || (trigger.Channels ?? catalog.Channels).Concat(trigger.Fallback?.Select(step => step.Channel) ?? []).Any(wants);
}
