namespace Notify.Core.Validation;

/// <summary>Pages of lists that are ordered by name.</summary>
internal static class NamePages
{
    /// <summary>Throws if a page is invalid.</summary>
    /// <exception cref="InvalidRequestException">The page is invalid.</exception>
    public static void Check(PageRequest page, bool mayHavePrefix)
    {
        ArgumentNullException.ThrowIfNull(page);
        var errors = new List<FieldError>();
        PageLimit.Check(errors, page);
        if (!mayHavePrefix && page.Prefix.Length > 0)
            errors.Add(new FieldError("prefix", FieldErrorCodes.NotAllowed, "This list cannot be filtered by prefix."));
        InvalidRequestException.ThrowIfAny(errors);
    }

    /// <summary>Creates a page from the items that were found, one more than it shows if there is a next page.</summary>
    public static Page<T> Take<T>(IReadOnlyList<T> found, PageRequest page, Func<T, string> getName) =>
        new() { Items = [.. found.Take(page.Limit)], Next = found.Count > page.Limit ? getName(found[page.Limit - 1]) : null };
}
