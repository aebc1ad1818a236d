namespace Notify;

/// <summary>The result of a change.</summary>
/// <typeparam name="T">The type of the item.</typeparam>
public sealed record ChangeResult<T>
    where T : class
{
    /// <summary>Gets what happened.</summary>
    public required ChangeStatus Status { get; init; }

    /// <summary>Gets the item as it is after the change; null if it does not exist or a precondition failed.</summary>
    public T? Value { get; init; }

    /// <summary>Gets the version of <see cref="Value"/>; null if there is none.</summary>
    public string? Version { get; init; }

    /// <summary>Gets the warnings about <see cref="Value"/>; empty if there are none.</summary>
    public IReadOnlyList<FieldWarning> Warnings { get; init; } = [];

    /// <summary>Gets whether the item is now as requested.</summary>
    public bool IsSuccess => Status is ChangeStatus.Created or ChangeStatus.Changed or ChangeStatus.Unchanged;
}

/// <summary>The effect of a change.</summary>
public enum ChangeStatus
{
    /// <summary>The item did not exist and was created.</summary>
    Created,

    /// <summary>The item was changed.</summary>
    Changed,

    /// <summary>The item already was as requested.</summary>
    Unchanged,

    /// <summary>The item was removed.</summary>
    Removed,

    /// <summary>The item does not exist. Nothing changed.</summary>
    NotFound,

    /// <summary>The precondition does not hold. Nothing changed.</summary>
    PreconditionFailed,
}
