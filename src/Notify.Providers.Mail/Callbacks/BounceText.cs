using System.Text.RegularExpressions;

namespace Notify.Providers.Mail.Callbacks;

/// <summary>
/// Describes bounces. The texts of mail servers often contain the address, so only the vendor's class and the status code are
/// kept.
/// </summary>
internal static partial class BounceText
{
    public static string Describe(string kind, params ReadOnlySpan<string?> parts)
    {
        List<string> kept = [];
        foreach (var part in parts)
        {
            if (part is not null && Word().IsMatch(part))
                kept.Add(part);
        }

        return kept.Count == 0 ? kind : $"{kind}: {string.Join(", ", kept)}";
    }

    /// <summary>Finds the status code of RFC 3463 in a text; null if it contains none.</summary>
    public static string? FindStatus(string? text) =>
        text is not null && Status().Match(text) is { Success: true } found ? found.Value : null;

    [GeneratedRegex("^[A-Za-z0-9 /._-]{1,64}$", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex(@"\b[245]\.[0-9]{1,3}\.[0-9]{1,3}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Status();
}
