using Notify.Core.Timing;

namespace Notify.Core.Templates;

/// <summary>
/// Selects the content for a recipient: the variant of the channel before the one for all channels, the closest language before
/// the default.
/// </summary>
internal static class ContentSelector
{
    /// <summary>Finds the index of the content for a recipient; -1 when there is none.</summary>
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
