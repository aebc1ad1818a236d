using Notify.Timing;

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

        // A batch has many recipients and few kinds of them.
        var chosen = new Dictionary<(Channel Channel, string? Locale, string? TimeZone), int>();
        foreach (var draft in plan.Drafts)
        {
            var kind = (draft.To.Channel, draft.Locale, draft.TimeZone);
            if (!chosen.TryGetValue(kind, out var index))
                chosen.Add(kind, index = Choose(contents, draft.To.Channel, draft.Locale, draft.TimeZone));
            if (index >= 0)
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
        // The zone itself before one with the same rules, and that before UTC. Another zone's is better than nothing: the
        // recipient has moved since it was rendered.
        var rules = TimeZoneRules.GetKey(timeZone);
        var (alike, other) = (-1, -1);
        for (var i = 0; i < contents.Count; i++)
        {
            var content = contents[i];
            if (content.Channel != channel || !string.Equals(content.Locale, locale, StringComparison.OrdinalIgnoreCase))
                continue;
            if (content.TimeZones is null ? timeZone is null : timeZone is not null && content.TimeZones.Contains(timeZone))
                return i;
            if (rules is not null && content.TimeZones?.Contains(rules) == true)
                alike = i;
            if (other < 0 || content.TimeZones is null)
                other = i;
        }

        return alike >= 0 ? alike : other;
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
