using Notify.Providers;
using Notify.Storage;

namespace Notify.Core.Planning;

/// <summary>
/// Keeps one delivery per address: two users may have one mailbox, and a direct address may be a user's as well. What is planned
/// together is compared here; what earlier batches of a broadcast reached is asked of the store.
/// </summary>
internal sealed class DropDuplicateAddresses(IExpansionStore expansions) : IPlanningStep
{
    public async ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Drafts.Count > 1)
        {
            var taken = new HashSet<(Channel Channel, string? App, string Address)>();
            // A user's delivery is kept in favour of a direct one, because it can be checked, declined and unsubscribed from.
            foreach (var draft in plan.Drafts.Where(draft => draft.Recipient.User is not null))
                DropWithin(draft, taken);
            foreach (var draft in plan.Drafts.Where(draft => draft.Recipient.User is null))
                DropWithin(draft, taken);
        }

        if (plan.Topics is not null)
            await DropReachedAsync(plan, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask DropReachedAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        var byKey = new Dictionary<Guid, DeliveryDraft>();
        foreach (var draft in plan.Drafts.Where(draft => AddressKey.MayBeReached(plan.Trigger, draft)))
            byKey.Add(AddressKey.Compute(plan.Notification.Id, draft.To), draft);
        if (byKey.Count == 0)
            return;

        var reached = await expansions
            .FindReachedAsync(plan.Notification.Id, byKey.Keys, cancellationToken)
            .ConfigureAwait(false);
        foreach (var key in reached)
            Drop(byKey[key]);
    }

    private static void DropWithin(DeliveryDraft draft, HashSet<(Channel Channel, string? App, string Address)> taken)
    {
        var (channel, address) = (draft.To.Channel, draft.To.Value);
        if (draft.SkippedBecause is null && !taken.Add((channel, draft.To.App, AddressFormat.Normalize(channel, address))))
            Drop(draft);
    }

    private static void Drop(DeliveryDraft draft)
    {
        draft.SkippedBecause = "another recipient of this notification has the same address";
        // A direct address is reached by the other delivery to it; a user who is not reached appears in the timeline.
        draft.Recipient.IsReached |= draft.Recipient.Recipient.Kind == RecipientKind.Address;
    }
}
