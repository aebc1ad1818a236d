using Notify.Providers;

namespace Notify.Storage;

/// <summary>
/// The exclusive right to attempt a delivery until a specified time. Each lease of a delivery has a higher fence than the
/// previous one, so that a worker that has lost its lease cannot settle the delivery.
/// </summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="Owner">The worker that holds the lease.</param>
/// <param name="Fence">The fence, which <see cref="Settlement"/> must present.</param>
/// <param name="Until">The time at which the lease ends and the delivery falls due for all workers again.</param>
public sealed record Lease(Delivery Delivery, string Owner, long Fence, DateTimeOffset Until);

/// <summary>A request to lease due deliveries.</summary>
/// <param name="Owner">The worker that makes the request.</param>
/// <param name="Now">The current time. Deliveries that are due at this time are leased.</param>
/// <param name="Until">The time at which the leases end.</param>
/// <param name="Quotas">The number of deliveries to lease for each priority and provider.</param>
public sealed record LeaseRequest(string Owner, DateTimeOffset Now, DateTimeOffset Until, IReadOnlyList<LeaseQuota> Quotas)
{
    /// <summary>
    /// Gets a function that returns how many deliveries of a tenant may be leased for a quota; null for no limit. A store calls
    /// it once for each quota and tenant.
    /// </summary>
    public Func<LeaseQuota, string, int>? TenantLimit { get; init; }
}

/// <summary>The number of deliveries of one priority that a worker can accept for one provider.</summary>
/// <param name="Priority">The priority.</param>
/// <param name="Provider">The name of the provider.</param>
/// <param name="Max">The maximum number of deliveries; at least 1.</param>
public readonly record struct LeaseQuota(Priority Priority, string Provider, int Max);

/// <summary>A request to lease specific deliveries, in response to hints from a transport.</summary>
/// <param name="Owner">The worker that makes the request.</param>
/// <param name="Until">The time at which the leases end.</param>
/// <param name="References">The deliveries, with the fences at the time they were published.</param>
public sealed record ClaimRequest(string Owner, DateTimeOffset Until, IReadOnlyList<DeliveryReference> References);

/// <summary>A request to extend leases.</summary>
/// <param name="Until">The new end of the leases.</param>
/// <param name="References">The leased deliveries, with the fences of their leases.</param>
public sealed record RenewRequest(DateTimeOffset Until, IReadOnlyList<DeliveryReference> References);

/// <summary>
/// A reference to a delivery. The fence shows whether the delivery has changed since the reference was created.
/// </summary>
/// <param name="Id">The ID of the delivery.</param>
/// <param name="Fence">The fence of the delivery when the reference was created.</param>
public readonly record struct DeliveryReference(Guid Id, long Fence);

/// <summary>The number of pending deliveries of one priority for one provider.</summary>
/// <param name="Priority">The priority.</param>
/// <param name="Provider">The name of the provider.</param>
/// <param name="Pending">The number of deliveries that are not terminal.</param>
public readonly record struct QueueDepth(Priority Priority, string Provider, long Pending);
