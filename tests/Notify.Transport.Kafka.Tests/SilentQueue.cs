using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;

namespace Notify.Transport.Kafka.Tests;

/// <summary>Between a process and its store: never answers a claim, and leases nothing.</summary>
internal sealed class SilentQueue : IDeliveryQueue
{
    private IDeliveryQueue? _store;
    private int _asked;

    /// <summary>How many deliveries were to be claimed.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public void PutBeforeStore(IServiceCollection services)
    {
        var store = services.Single(service => service.ServiceType == typeof(IDeliveryQueue));
        services.Remove(store);
        services.AddSingleton<IDeliveryQueue>(provider =>
        {
            _store = (IDeliveryQueue)store.ImplementationFactory!(provider);
            return this;
        });
    }

    public async ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Add(ref _asked, request.References.Count);
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return [];
    }

    public ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<Lease>>([]);

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    ) => _store!.EnqueueAsync(requests, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
        _store!.RenewAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> SettleAsync(
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    ) => _store!.SettleAsync(settlements, cancellationToken);

    public ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => _store!.CancelAsync(tenant, notificationId, now, cancellationToken);

    public ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken) =>
        _store!.GetDepthAsync(cancellationToken);
}
