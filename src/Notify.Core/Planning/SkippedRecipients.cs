namespace Notify.Core.Planning;

/// <summary>The recipients of a trigger that get nothing, as its result reports them.</summary>
/// <param name="Listed">The first of them, at most <see cref="TriggerResult.MaxSkipped"/> entries.</param>
/// <param name="Total">The number of recipients, including those that are not listed.</param>
internal sealed record SkippedRecipients(IReadOnlyList<SkippedRecipient> Listed, int Total)
{
    /// <summary>Collects the recipients of the drafts to which nothing is sent.</summary>
    /// <param name="drafts">The planned deliveries, those of a recipient next to each other.</param>
    /// <returns>The recipients; null if every recipient is reached.</returns>
    public static SkippedRecipients? From(List<DeliveryDraft> drafts)
    {
        List<SkippedRecipient>? listed = null;
        PlannedRecipient? last = null;
        var total = 0;
        foreach (var draft in drafts)
        {
            if (draft.Skip is not { } skip)
                continue;

            listed ??= [];
            var entry = Create(draft, skip);
            if (draft.Recipient != last)
                total++;
            // The devices of a user are one entry, because their channel and reason are the same.
            if (listed.Count < TriggerResult.MaxSkipped && (draft.Recipient != last || entry != listed[^1]))
                listed.Add(entry);
            last = draft.Recipient;
        }

        return listed is null ? null : new SkippedRecipients(listed, total);
    }

    /// <summary>Adds topics that nothing is sent to.</summary>
    /// <returns>The recipients with the topics; <paramref name="skipped"/> if there are no topics.</returns>
    public static SkippedRecipients? Add(SkippedRecipients? skipped, IReadOnlyCollection<SkippedRecipient> topics) =>
        topics.Count == 0
            ? skipped
            : new SkippedRecipients(
                [.. (skipped?.Listed ?? []).Concat(topics).Take(TriggerResult.MaxSkipped)],
                (skipped?.Total ?? 0) + topics.Count
            );

    private static SkippedRecipient Create(DeliveryDraft draft, SkipReason skip) =>
        new()
        {
            Recipient = draft.Recipient.Recipient,
            Channel = skip.ConcernsChannel && draft.To.Channel != Channel.None ? draft.To.Channel : null,
            Code = skip.Code,
            Reason = skip.Text,
        };
}
