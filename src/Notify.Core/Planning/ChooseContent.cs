using Notify.Core.Templates;

namespace Notify.Core.Planning;

/// <summary>
/// Chooses the content of each delivery among those of the notification, which were rendered when it was accepted. The variant of
/// the delivery's channel is preferred to the one for all channels, and the closest language to the default. Recipients that do
/// not share contents are left to <see cref="RenderOwnContent"/>.
/// </summary>
internal sealed class ChooseContent : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        var contents = plan.Notification.Contents;
        if (contents is [{ Channel: null, Locale: null }])
            return ValueTask.CompletedTask;

        // A batch has many recipients but few combinations of channel, language and time zone.
        var chosen = new Dictionary<(Channel Channel, string? Locale, string? TimeZone), int>();
        foreach (var draft in plan.Drafts.Where(draft => !plan.NeedsOwnContent(draft.Recipient)))
        {
            var key = (draft.To.Channel, draft.Locale, draft.TimeZone);
            if (!chosen.TryGetValue(key, out var index))
                chosen.Add(key, index = ContentSelector.Find(contents, draft.To.Channel, draft.Locale, draft.TimeZone));
            if (index >= 0)
                draft.ContentIndex = index;
            else
                draft.SkippedBecause ??= DescribeNoVariant(draft);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Describes why a delivery has no content.</summary>
    public static SkipReason DescribeNoVariant(DeliveryDraft draft) =>
        new(
            SkipCodes.NoVariant,
            $"the template has no variant for {draft.To.Channel}{(draft.Locale is { } locale ? $" in {locale}" : "")}"
        );
}
