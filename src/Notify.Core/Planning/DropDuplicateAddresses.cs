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
            var taken = new Dictionary<(Channel Channel, string? App, string Address), DeliveryDraft>();
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
            byKey[key].SkippedBecause = SkipReason.DuplicateAddress;
    }

    private static void DropWithin(
        DeliveryDraft draft,
        Dictionary<(Channel Channel, string? App, string Address), DeliveryDraft> taken
    )
    {
        var (channel, address) = (draft.To.Channel, draft.To.Value);
        if (draft.SkippedBecause is not null)
            return;
        var key = (channel, draft.To.App, AddressFormat.Normalize(channel, address));
        if (taken.TryAdd(key, draft))
            return;

        draft.SkippedBecause = SkipReason.DuplicateAddress;
        // The address is that of the other delivery's user, and must be erased with the user.
        draft.UserId ??= taken[key].UserId;
    }
}
