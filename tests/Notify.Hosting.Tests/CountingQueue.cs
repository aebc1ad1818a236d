using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;

namespace Notify.Hosting.Tests;

/// <summary>Forwards all calls to the in-memory queue and counts what is stored, or fails if the test asks for it.</summary>
internal sealed class CountingQueue : IDeliveryQueue
{
    private IDeliveryQueue _inner = null!;
    private int _enqueued;

    public int Enqueued => _enqueued;

    public Exception? Failure { get; set; }

    /// <summary>Whether counting what waits fails, as it does when it takes too long.</summary>
    public bool CannotCount { get; init; }

    /// <summary>Called after the notification is stored and before the call returns.</summary>
    public Func<Task> Stored { get; set; } = () => Task.CompletedTask;

    /// <summary>Whether calls for the depth and the providers never return, even if they are cancelled.</summary>
    public bool Stuck { get; init; }

    public void Watch(IServiceCollection services)
    {
        var registered = services.Last(service => service.ServiceType == typeof(IDeliveryQueue));
        services.Remove(registered);
        services.AddSingleton<IDeliveryQueue>(provider =>
        {
            _inner = (IDeliveryQueue)registered.ImplementationFactory!(provider);
            return this;
        });
    }

    public async ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    )
    {
        if (Failure is not null)
            throw Failure;
        Interlocked.Add(ref _enqueued, requests.Count);
        var results = await _inner.EnqueueAsync(requests, cancellationToken);
        await Stored();
        return results;
    }

    public ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        _inner.LeaseAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        _inner.ClaimAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
        _inner.RenewAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> SettleAsync(
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    ) => _inner.SettleAsync(settlements, cancellationToken);

    public ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken)
    {
        if (CannotCount)
            throw new TimeoutException("Counting took too long.");
        if (Failure is not null)
            throw Failure;
        return Stuck ? new(new TaskCompletionSource<IReadOnlyList<QueueDepth>>().Task) : _inner.GetDepthAsync(cancellationToken);
    }

    public ValueTask<IReadOnlyList<string>> ListProvidersAsync(CancellationToken cancellationToken)
    {
        if (Failure is not null)
            throw Failure;
        return Stuck ? new(new TaskCompletionSource<IReadOnlyList<string>>().Task) : _inner.ListProvidersAsync(cancellationToken);
    }

    public ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => _inner.CancelAsync(tenant, notificationId, now, cancellationToken);
}
