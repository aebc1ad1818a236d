using Notify.Triggering;

namespace Notify.Planning;

/// <summary>
/// Keeps one delivery per address: two users may have one mailbox, and a direct address may be a user's as well. It compares what
/// is planned together, which is everything that a trigger names, or a batch of subscribers.
/// </summary>
internal sealed class DropDuplicateAddresses : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Drafts.Count > 1)
        {
            var taken = new HashSet<(Channel Channel, string? App, string Address)>();
            // A user's delivery is kept in favour of a direct one, because it can be checked, declined and unsubscribed from.
            foreach (var draft in plan.Drafts.Where(draft => draft.Recipient.User is not null))
                Drop(draft, taken);
            foreach (var draft in plan.Drafts.Where(draft => draft.Recipient.User is null))
                Drop(draft, taken);
        }

        return ValueTask.CompletedTask;
    }

    private static void Drop(DeliveryDraft draft, HashSet<(Channel Channel, string? App, string Address)> taken)
    {
        var (channel, address) = (draft.To.Channel, draft.To.Value);
        if (draft.SkippedBecause is not null || taken.Add((channel, draft.To.App, AddressFormat.Normalize(channel, address))))
            return;

        draft.SkippedBecause = "another recipient of this notification has the same address";
        // A direct address is reached by the other delivery to it; a user who is not reached appears in the timeline.
        draft.Recipient.IsReached |= draft.Recipient.Recipient.Kind == RecipientKind.Address;
    }
}
