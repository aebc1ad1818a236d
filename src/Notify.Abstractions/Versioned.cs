namespace Notify;

/// <summary>An item with its version.</summary>
/// <typeparam name="T">The type of the item.</typeparam>
public sealed record Versioned<T>
{
    /// <summary>Gets the item.</summary>
    public required T Value { get; init; }

    /// <summary>
    /// Gets the version, an opaque text that differs whenever the item differs. Use it with
    /// <see cref="Precondition.HasVersion"/>.
    /// </summary>
    public required string Version { get; init; }
}
