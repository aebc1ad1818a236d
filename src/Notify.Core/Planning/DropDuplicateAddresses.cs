using Notify.Storage;

namespace Notify.Core.Planning;

/// <summary>
/// Keeps one delivery per address: two users may share a mailbox, and a direct address may also be that of a user. Deliveries
/// that are planned together are compared here; the addresses that earlier batches of a broadcast reached are looked up in the
/// store.
/// </summary>
internal sealed class DropDuplicateAddresses(IExpansionStore expansions) : IPlanningStep
{
    public async ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Drafts.Count > 1)
        {
            var taken = new HashSet<(Channel Channel, string? App, string Address)>();
            // The delivery to a user is preferred to one to a direct address, because the user can decline it and unsubscribe.
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
        // A direct address is reached by the other delivery. A user is not, so the timeline shows a cancelled delivery.
        draft.Recipient.IsReached |= draft.Recipient.Recipient.Kind == RecipientKind.Address;
    }
}
