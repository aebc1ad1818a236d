using Notify.Providers;

namespace Notify.Storage;

/// <summary>
/// The right to attempt a delivery until a time. Each lease of a delivery has a higher fence than the one before, so that a
/// worker that lost its lease cannot settle.
/// </summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="Owner">The worker that holds it.</param>
/// <param name="Fence">What <see cref="Settlement"/> must present.</param>
/// <param name="Until">When it falls due for everybody again.</param>
public sealed record Lease(Delivery Delivery, string Owner, long Fence, DateTimeOffset Until);

/// <summary>Asks for deliveries that are due.</summary>
/// <param name="Owner">Who asks.</param>
/// <param name="Now">What is due at this time.</param>
/// <param name="Until">The leases' end.</param>
/// <param name="Quotas">How many of which.</param>
public sealed record LeaseRequest(string Owner, DateTimeOffset Now, DateTimeOffset Until, IReadOnlyList<LeaseQuota> Quotas)
{
    /// <summary>
    /// Gets how many deliveries of a tenant may be leased for a quota now; null for no limit. A store asks once for each quota
    /// and tenant.
    /// </summary>
    public Func<LeaseQuota, string, int>? TenantAllowance { get; init; }
}

/// <summary>How many deliveries a worker can take for one provider from one lane.</summary>
/// <param name="Priority">The lane.</param>
/// <param name="Provider">The provider's name.</param>
/// <param name="Max">At most this many, at least 1.</param>
public readonly record struct LeaseQuota(Priority Priority, string Provider, int Max);

/// <summary>Asks for deliveries by name, as a transport hinted at them.</summary>
/// <param name="Owner">Who asks.</param>
/// <param name="Until">The leases' end.</param>
/// <param name="References">The deliveries and the fences they were published with.</param>
public sealed record ClaimRequest(string Owner, DateTimeOffset Until, IReadOnlyList<DeliveryReference> References);

/// <summary>Asks for more time for leases that are held.</summary>
/// <param name="Until">The leases' new end.</param>
/// <param name="References">The leased deliveries and the fences of their leases.</param>
public sealed record RenewRequest(DateTimeOffset Until, IReadOnlyList<DeliveryReference> References);

/// <summary>A delivery by name. The fence says whether anything has happened to it since.</summary>
/// <param name="Id">The delivery's id.</param>
/// <param name="Fence">Its fence when this reference was made.</param>
public readonly record struct DeliveryReference(Guid Id, long Fence);

/// <summary>How much waits in one lane for one provider.</summary>
/// <param name="Priority">The lane.</param>
/// <param name="Provider">The provider's name.</param>
/// <param name="Pending">Deliveries that are not terminal.</param>
public readonly record struct QueueDepth(Priority Priority, string Provider, long Pending);
