namespace Notify.Planning;

/// <summary>
/// Chooses what each delivery says among the notification's contents, which were rendered when it was accepted: the variant of
/// its channel before the one for all, the closest language before the default.
/// </summary>
internal sealed class ChooseContent : IPlanningStep
{
    public ValueTask ApplyAsync(DeliveryPlan plan, CancellationToken cancellationToken)
    {
        var contents = plan.Notification.Contents;
        foreach (var draft in plan.Drafts)
            draft.ContentIndex = contents is [{ Channel: null, Locale: null }]
                ? 0
                : Choose(contents, draft.To.Channel, draft.Locale);
        plan.Drafts.RemoveAll(draft => draft.ContentIndex < 0);
        return ValueTask.CompletedTask;
    }

    private static int Choose(IReadOnlyList<ContentVariant> contents, Channel channel, string? locale)
    {
        foreach (var tag in FallbacksOf(locale))
        {
            foreach (var only in new Channel?[] { channel, null })
            {
                for (var i = 0; i < contents.Count; i++)
                {
                    if (contents[i].Channel == only && string.Equals(contents[i].Locale, tag, StringComparison.OrdinalIgnoreCase))
                        return i;
                }
            }
        }

        return -1;
    }

    /// <summary>RFC 4647 section 3.4, lookup: <c>pt-BR</c>, <c>pt</c>, then the default.</summary>
    private static IEnumerable<string?> FallbacksOf(string? locale)
    {
        while (locale is not null)
        {
            yield return locale;
            locale = locale.LastIndexOf('-') is > 0 and var end ? locale[..end] : null;
        }

        yield return null;
    }
}
