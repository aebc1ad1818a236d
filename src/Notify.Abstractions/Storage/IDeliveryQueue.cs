using System.Diagnostics.CodeAnalysis;

namespace Notify.Storage;

/// <summary>
/// The durable queue of deliveries, which is the source of truth about what is to be sent. Every delivery has a due time until it
/// is terminal, and leasing a delivery moves its due time to the end of the lease. A retry, a schedule, a lost hint and a crashed
/// worker are therefore handled alike: the delivery falls due again. Each call is one transaction, and concurrent calls may share
/// a commit.
/// </summary>
[Experimental(ExperimentalContract.DiagnosticId, UrlFormat = ExperimentalContract.HelpUrl)]
public interface IDeliveryQueue
{
    /// <summary>
    /// Stores notifications durably together with their deliveries, each request completely or not at all. A request whose
    /// idempotency key is already claimed stores nothing. A delivery with a collapse key cancels waiting deliveries with the same
    /// tenant, key and address, compared as <see cref="Providers.Address.Normalize"/> returns it.
    /// </summary>
    /// <param name="requests">The requests.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The results, in the order of the requests.</returns>
    ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Leases due deliveries: at most <see cref="LeaseSlots.Max"/> for each priority and provider, in turn among tenants and
    /// oldest first within a tenant.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken);

    /// <summary>Leases the specified deliveries if they have been neither leased nor settled since they were published.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The leases. Deliveries that could not be claimed, because they belong to another worker, are omitted.</returns>
    ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken);

    /// <summary>Extends leases while their attempts are in progress. Their fences stay the same.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// For each reference, in order: <see langword="true"/> if the lease was extended; <see langword="false"/> if it was lost
    /// because the delivery has since been leased, settled, cancelled or replayed.
    /// </returns>
    ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Ends leases. If a delivery becomes a dead letter, the next step of its fallback chain falls due, provided that no earlier
    /// delivery of the chain is waiting or was sent.
    /// </summary>
    /// <param name="settlements">The settlements.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>
    /// For each settlement, in order: <see langword="true"/> if it was written; <see langword="false"/> if the lease was lost, in
    /// which case nothing was written.
    /// </returns>
    ValueTask<IReadOnlyList<bool>> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken);

    /// <summary>
    /// Cancels the part of a notification that has not been sent yet: its deliveries that are not leased at
    /// <paramref name="now"/>, its events in open digests, and the remaining work of its expansions. A digest that is leased at
    /// that time is closed without the events.
    /// </summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="notificationId">The ID of the notification.</param>
    /// <param name="now">The current time.</param>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    /// <returns>The exact result of the cancellation; null if the tenant has no such notification.</returns>
    ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>Gets the number of pending deliveries, including leased ones, for each priority and provider.</summary>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Lists the providers that have pending deliveries, each once. By default, these are the providers of
    /// <see cref="GetDepthAsync"/>. A store that takes long to count a million deliveries finds the providers without counting.
    /// </summary>
    /// <param name="cancellationToken">A token to cancel the operation.</param>
    async ValueTask<IReadOnlyList<string>> ListProvidersAsync(CancellationToken cancellationToken)
    {
        var depths = await GetDepthAsync(cancellationToken).ConfigureAwait(false);
        return [.. depths.Where(depth => depth.Pending > 0).Select(depth => depth.Provider).Distinct()];
    }
}
