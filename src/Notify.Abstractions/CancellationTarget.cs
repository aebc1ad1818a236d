namespace Notify;

/// <summary>The notifications to cancel: all of a tenant that have the reference or the cancellation key.</summary>
public sealed record CancellationTarget
{
    /// <summary>Gets the tenant of the notifications.</summary>
    public required string Tenant { get; init; }

    /// <summary>
    /// Gets the reference of the notifications; see <see cref="Trigger.Reference"/>. Set exactly one of this property and
    /// <see cref="CancellationKey"/>.
    /// </summary>
    public string? Reference { get; init; }

    /// <summary>Gets the cancellation key of the notifications; see <see cref="Trigger.CancellationKey"/>.</summary>
    public string? CancellationKey { get; init; }
}
