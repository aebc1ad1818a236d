namespace Notify;

/// <summary>A line of an import: an item, or the errors because of which it is none.</summary>
/// <typeparam name="TItem">The type of the items: <see cref="User"/> or <see cref="Device"/>.</typeparam>
public sealed record ImportLine<TItem>
    where TItem : class
{
    /// <summary>Gets the number of the line, from 1.</summary>
    public required long Line { get; init; }

    /// <summary>Gets the item; null if the line could not be read.</summary>
    public TItem? Item { get; init; }

    /// <summary>Gets the errors of a line that could not be read.</summary>
    public IReadOnlyList<FieldError> Errors { get; init; } = [];
}
