namespace Notify.Storage.Files;

/// <summary>Takes pages of names.</summary>
internal static class NamePage
{
    /// <summary>
    /// Takes the names that begin with a prefix, in ordinal order, beginning after the last name of the page before.
    /// </summary>
    public static IEnumerable<string> TakePage(this IEnumerable<string> names, string prefix, string after, int limit) =>
        names
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(name, after) > 0)
            .Order(StringComparer.Ordinal)
            .Take(limit);
}
