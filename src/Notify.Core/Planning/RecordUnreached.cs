using Notify.Core.Providers;
using Notify.Providers;

namespace Notify.Core.Planning;

/// <summary>
/// Adds a cancelled delivery with the reason for every recipient that no message goes to, so that the timeline mentions every
/// recipient. If a message does go to a recipient, its skipped channels are not recorded.
/// </summary>
internal sealed class RecordUnreached(ProviderCatalog catalog) : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        foreach (var draft in plan.Drafts)
            draft.Recipient.IsReached |= draft.SkippedBecause is null;
        plan.Drafts.RemoveAll(draft => draft.SkippedBecause is not null && draft.Recipient.IsReached);

        HashSet<PlannedRecipient>? explained = null;
        foreach (var recipient in plan.Planned)
        {
            if (recipient.IsReached)
                continue;
            explained ??= [.. plan.Drafts.Select(draft => draft.Recipient)];
            if (explained.Add(recipient))
                plan.Drafts.Add(CreateUnreached(plan.Trigger, recipient));
        }

        return ValueTask.CompletedTask;
    }

    private DeliveryDraft CreateUnreached(Trigger trigger, PlannedRecipient recipient)
    {
        Channel[] channels =
        [
            .. (trigger.Channels ?? catalog.Channels).Concat((trigger.Fallback ?? []).Select(step => step.Channel)).Distinct(),
        ];
        return new DeliveryDraft
        {
            Recipient = recipient,
            UserId = recipient.UserId,
            // None of several channels was chosen, so the delivery must not name one.
            To = new Address(channels.Length == 1 ? channels[0] : Channel.None, ""),
            Provider = "",
            SkippedBecause = recipient.User is null
                ? SkipReason.UnknownUser
                : new SkipReason(
                    SkipCodes.NoAddress,
                    $"the user has no address for {string.Join(", ", channels.Select(channel => channel.Name))}"
                ),
        };
    }
}
