using System.Diagnostics.CodeAnalysis;
using Notify.Providers;

namespace Notify.Storage;

/// <summary>
/// The exclusive right to attempt a delivery until a specified time. Each lease of a delivery has a higher fence than the
/// previous one, so that a worker that has lost its lease cannot settle the delivery.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record Lease
{
    /// <summary>Gets the delivery.</summary>
    public required Delivery Delivery { get; init; }

    /// <summary>Gets the worker that holds the lease.</summary>
    public required string Owner { get; init; }

    /// <summary>Gets the fence, which <see cref="Settlement"/> must present.</summary>
    public required long Fence { get; init; }

    /// <summary>Gets the time at which the lease ends and the delivery falls due for all workers again.</summary>
    public required DateTimeOffset Until { get; init; }
}

/// <summary>A request to lease due deliveries.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record LeaseRequest
{
    /// <summary>Gets the worker that makes the request.</summary>
    public required string Owner { get; init; }

    /// <summary>Gets the current time. Deliveries that are due at this time are leased.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Gets the time at which the leases end.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Gets the slots to fill, for each priority and provider.</summary>
    public required IReadOnlyList<LeaseSlots> Slots { get; init; }

    /// <summary>
    /// Gets a function that returns how many deliveries of a tenant may be leased for one element of <see cref="Slots"/>; null
    /// for no limit. A store calls it at most once for each element and tenant.
    /// </summary>
    public Func<LeaseSlots, string, int>? TenantLimit { get; init; }
}

/// <summary>The slots that a worker has reserved for deliveries of one priority and one provider.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public readonly record struct LeaseSlots
{
    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="priority">The priority.</param>
    /// <param name="provider">The name of the provider.</param>
    /// <param name="max">The maximum number of deliveries; at least 1.</param>
    [SetsRequiredMembers]
    public LeaseSlots(Priority priority, string provider, int max)
    {
        Priority = priority;
        Provider = provider;
        Max = max;
    }

    /// <summary>Gets the priority.</summary>
    public required Priority Priority { get; init; }

    /// <summary>Gets the name of the provider.</summary>
    public required string Provider { get; init; }

    /// <summary>Gets the maximum number of deliveries; at least 1.</summary>
    public required int Max { get; init; }
}

/// <summary>A request to lease specific deliveries, in response to hints from a transport.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record ClaimRequest
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public ClaimRequest() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="owner">The worker that makes the request.</param>
    /// <param name="until">The time at which the leases end.</param>
    /// <param name="references">The deliveries, with the fences at the time they were published.</param>
    [SetsRequiredMembers]
    public ClaimRequest(string owner, DateTimeOffset until, IReadOnlyList<DeliveryReference> references)
    {
        Owner = owner;
        Until = until;
        References = references;
    }

    /// <summary>Gets the worker that makes the request.</summary>
    public required string Owner { get; init; }

    /// <summary>Gets the time at which the leases end.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Gets the deliveries, with the fences at the time they were published.</summary>
    public required IReadOnlyList<DeliveryReference> References { get; init; }
}

/// <summary>A request to extend leases.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public sealed record RenewRequest
{
    /// <summary>Initializes a new instance whose properties are set by an object initializer.</summary>
    public RenewRequest() { }

    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="until">The new end of the leases.</param>
    /// <param name="references">The leased deliveries, with the fences of their leases.</param>
    [SetsRequiredMembers]
    public RenewRequest(DateTimeOffset until, IReadOnlyList<DeliveryReference> references)
    {
        Until = until;
        References = references;
    }

    /// <summary>Gets the new end of the leases.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Gets the leased deliveries, with the fences of their leases.</summary>
    public required IReadOnlyList<DeliveryReference> References { get; init; }
}

/// <summary>
/// A reference to a delivery. The fence shows whether the delivery has changed since the reference was created.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public readonly record struct DeliveryReference
{
    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="id">The ID of the delivery.</param>
    /// <param name="fence">The fence of the delivery when the reference was created.</param>
    [SetsRequiredMembers]
    public DeliveryReference(Guid id, long fence)
    {
        Id = id;
        Fence = fence;
    }

    /// <summary>Gets the ID of the delivery.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the fence of the delivery when the reference was created.</summary>
    public required long Fence { get; init; }
}

/// <summary>The number of pending deliveries of one priority for one provider.</summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public readonly record struct QueueDepth
{
    /// <summary>Initializes a new instance with the specified values.</summary>
    /// <param name="priority">The priority.</param>
    /// <param name="provider">The name of the provider.</param>
    /// <param name="pending">The number of deliveries that are not terminal.</param>
    [SetsRequiredMembers]
    public QueueDepth(Priority priority, string provider, long pending)
    {
        Priority = priority;
        Provider = provider;
        Pending = pending;
    }

    /// <summary>Gets the priority.</summary>
    public required Priority Priority { get; init; }

    /// <summary>Gets the name of the provider.</summary>
    public required string Provider { get; init; }

    /// <summary>Gets the number of deliveries that are not terminal.</summary>
    public required long Pending { get; init; }
}
