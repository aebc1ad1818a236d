namespace Notify.Providers.Mail.Callbacks;

/// <summary>
/// Divides a reference that is longer than the vendor's fields: the first field is named <c>notify</c>, the next ones
/// <c>notify-2</c> and so on.
/// </summary>
internal static class ReferenceParts
{
    private const string First = "notify";

    /// <summary>The most fields. Vendors limit their number, and the application may use some itself.</summary>
    private const int MaxParts = 5;

    /// <returns>The fields; empty if the reference is too long even for the most fields.</returns>
    public static IEnumerable<KeyValuePair<string, string>> Divide(string reference, int maxLength) =>
        reference.Length > maxLength * MaxParts
            ? []
            : reference.Chunk(maxLength).Select((part, i) => KeyValuePair.Create(GetName(i), new string(part)));

    /// <returns>The reference; null if the first field is missing.</returns>
    public static string? Join(Func<string, string?> find)
    {
        string? reference = null;
        for (var i = 0; i < MaxParts && find(GetName(i)) is { } part; i++)
            reference += part;
        return reference;
    }

    /// <summary>Determines whether a field belongs to a reference, so that content must not set it.</summary>
    public static bool IsName(string name) =>
        Enumerable.Range(0, MaxParts).Any(i => name.Equals(GetName(i), StringComparison.OrdinalIgnoreCase));

    private static string GetName(int i) => i == 0 ? First : $"{First}-{i + 1}";
}
