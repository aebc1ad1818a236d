using Notify.Storage;

namespace Notify.Providers.Webhook.Tests;

/// <summary>
/// A queue whose first settlement is written and never answered, as if the process had been killed at that moment. Nothing that
/// the process would do afterwards happens.
/// </summary>
internal sealed class DyingQueue(IDeliveryQueue queue) : IDeliveryQueue
{
    private int _settled;

    public bool HasDied => _settled > 0;

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    ) => queue.EnqueueAsync(requests, cancellationToken);

    public ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        queue.LeaseAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        queue.ClaimAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
        queue.RenewAsync(request, cancellationToken);

    public async ValueTask<IReadOnlyList<bool>> SettleAsync(
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    )
    {
        var applied = await queue.SettleAsync(settlements, cancellationToken);
        if (Interlocked.Increment(ref _settled) == 1)
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return applied;
    }

    public ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => queue.CancelAsync(tenant, notificationId, now, cancellationToken);

    public ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken) =>
        queue.GetDepthAsync(cancellationToken);
}
