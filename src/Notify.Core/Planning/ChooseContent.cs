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
        if (contents is [{ Channel: null, Locale: null }])
            return ValueTask.CompletedTask;

        foreach (var draft in plan.Drafts)
        {
            if (Choose(contents, draft.To.Channel, draft.Locale, draft.TimeZone) is >= 0 and var index)
                draft.ContentIndex = index;
            else
                draft.SkippedBecause ??=
                    $"the template has no variant for {draft.To.Channel}{(draft.Locale is { } locale ? $" in {locale}" : "")}";
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Returns the place of the content for a recipient, or -1 when there is none.</summary>
    public static int Choose(IReadOnlyList<ContentVariant> contents, Channel? channel, string? locale, string? timeZone)
    {
        foreach (var tag in FallbacksOf(locale))
        {
            foreach (var only in new Channel?[] { channel, null })
            {
                if (Find(contents, only, tag, timeZone) is >= 0 and var found)
                    return found;
            }
        }

        return -1;
    }

    private static int Find(IReadOnlyList<ContentVariant> contents, Channel? channel, string? locale, string? timeZone)
    {
        // Another zone's is better than nothing: the recipient has moved since it was rendered.
        var other = -1;
        for (var i = 0; i < contents.Count; i++)
        {
            var content = contents[i];
            if (content.Channel != channel || !string.Equals(content.Locale, locale, StringComparison.OrdinalIgnoreCase))
                continue;
            if (content.TimeZone == timeZone)
                return i;
            if (other < 0 || content.TimeZone is null)
                other = i;
        }

        return other;
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
