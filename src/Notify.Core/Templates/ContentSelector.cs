using Notify.Core.Timing;

namespace Notify.Core.Templates;

/// <summary>
/// Selects the content for a recipient. The closest language is preferred to the default, and within a language the variant of
/// the channel to the one for all channels.
/// </summary>
internal static class ContentSelector
{
    /// <summary>Finds the index of the content for a recipient; -1 if there is none.</summary>
    public static int Find(IReadOnlyList<ContentVariant> contents, Channel? channel, string? locale, string? timeZone)
    {
        foreach (var tag in GetFallbacks(locale))
        {
            foreach (var only in new Channel?[] { channel, null })
            {
                if (FindVariant(contents, only, tag, timeZone) is >= 0 and var found)
                    return found;
            }
        }

        return -1;
    }

    private static int FindVariant(IReadOnlyList<ContentVariant> contents, Channel? channel, string? locale, string? timeZone)
    {
        // The zone itself is preferred, then one with the same rules, then UTC, then any other: a recipient who moved since the
        // contents were rendered gets the dates of another zone rather than no message.
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

    /// <summary>Gets the tags to look up (RFC 4647 section 3.4): <c>pt-BR</c>, <c>pt</c>, then the default.</summary>
    private static IEnumerable<string?> GetFallbacks(string? locale)
    {
        while (locale is not null)
        {
            yield return locale;
            locale = locale.LastIndexOf('-') is > 0 and var end ? locale[..end] : null;
        }

        yield return null;
    }
}
