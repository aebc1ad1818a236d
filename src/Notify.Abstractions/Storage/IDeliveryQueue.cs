namespace Notify.Storage;

/// <summary>
/// The truth about what is to be sent, kept by a store. A delivery has a due time until it is terminal; leasing moves the due
/// time to the lease's end, so retry, schedule, a lost hint and a crashed worker are all the same: it falls due again.
/// Every call is one transaction, and calls that run at the same time may share a commit.
/// </summary>
public interface IDeliveryQueue
{
    /// <summary>
    /// Makes notifications durable together with their deliveries; each request wholly or not at all. A request whose
    /// idempotency claim is taken stores nothing. A delivery with a collapse key cancels those of the same tenant, key and
    /// address that wait. Results are in the order of the requests.
    /// </summary>
    ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Leases deliveries that are due, at most <see cref="LeaseQuota.Max"/> for each quota, oldest first within a tenant and
    /// in turn among tenants.
    /// </summary>
    ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Leases exactly these deliveries, where nobody has leased or settled them since they were published. The others are
    /// left out of the answer: they are another worker's.
    /// </summary>
    ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Moves the end of leases while their attempts are under way. The fences stay the same. An answer is false where the lease
    /// was lost: the delivery was leased, settled, cancelled or replayed since. Answers are in the order of the references.
    /// </summary>
    ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Ends leases. An answer is false where the lease had been lost, and then nothing of that settlement was written. A dead
    /// letter makes the next step of its fallback chain due when nothing of the chain before that step waits or was accepted.
    /// Answers are in the order of the settlements.
    /// </summary>
    ValueTask<IReadOnlyList<bool>> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken);

    /// <summary>
    /// Stops what has not been sent of a notification: its deliveries that are not leased at <paramref name="now"/>, its events
    /// in open digests, and whatever its expansions would still make. A digest that is leased meanwhile is closed without the
    /// events. Null when the tenant has no such notification.
    /// </summary>
    ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    );

    /// <summary>How many deliveries are pending per lane and provider, the leased ones included.</summary>
    ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken);
}
