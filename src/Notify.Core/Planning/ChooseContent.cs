using Notify.Core.Templates;

namespace Notify.Core.Planning;

/// <summary>
/// Chooses what each delivery says among the notification's contents, which were rendered when it was accepted: the variant of
/// its channel before the one for all, the closest language before the default.
/// </summary>
internal sealed class ChooseContent : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        var contents = plan.Notification.Contents;
        if (contents is [{ Channel: null, Locale: null }])
            return ValueTask.CompletedTask;

        // A batch has many recipients and few kinds of them.
        var chosen = new Dictionary<(Channel Channel, string? Locale, string? TimeZone), int>();
        foreach (var draft in plan.Drafts)
        {
            var kind = (draft.To.Channel, draft.Locale, draft.TimeZone);
            if (!chosen.TryGetValue(kind, out var index))
                chosen.Add(kind, index = ContentSelector.Find(contents, draft.To.Channel, draft.Locale, draft.TimeZone));
            if (index >= 0)
                draft.ContentIndex = index;
            else
                draft.SkippedBecause ??=
                    $"the template has no variant for {draft.To.Channel}{(draft.Locale is { } locale ? $" in {locale}" : "")}";
        }

        return ValueTask.CompletedTask;
    }
}
