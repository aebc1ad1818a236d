namespace Notify;

/// <summary>A page of a list.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
public sealed record Page<T>
{
    /// <summary>Gets the items.</summary>
    public required IReadOnlyList<T> Items { get; init; }

    /// <summary>Gets the value of <see cref="PageRequest.After"/> for the next page; null if this is the last page.</summary>
    public string? Next { get; init; }
}

/// <summary>A request for a page of a list.</summary>
public sealed record PageRequest
{
    /// <summary>
    /// Gets the prefix of the names to list. Only lists that are ordered by name accept one. Default: empty, which lists all.
    /// </summary>
    public string Prefix { get; init; } = "";

    /// <summary>Gets <see cref="Page{T}.Next"/> of the previous page. Default: empty, which requests the first page.</summary>
    public string After { get; init; } = "";

    /// <summary>Gets the maximum number of items. 1 to 500. Default: 100.</summary>
    public int Limit { get; init; } = 100;
}
