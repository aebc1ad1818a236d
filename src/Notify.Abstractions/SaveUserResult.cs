namespace Notify;

/// <summary>The result of saving a user.</summary>
public sealed record SaveUserResult
{
    /// <summary>Gets the warnings about fields that were saved but have no effect; empty if there are none.</summary>
    public IReadOnlyList<FieldWarning> Warnings { get; init; } = [];
}
