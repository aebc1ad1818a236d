using Notify.Storage.Sqlite.Connection;
using Notify.Storage.Toolkit;

namespace Notify.Storage.Sqlite.Queue;

/// <summary>Implements the queue. Each call becomes a part of the writer's next transaction.</summary>
internal sealed class DeliveryQueue : IDeliveryQueue, IDisposable
{
    private readonly DatabaseWriter _writer;
    private readonly StoreDatabase _database;
    private readonly NotificationWriter _enqueue;
    private readonly DeliveryLeaser _lease;
    private readonly IdleLook<DueTenants> _look;
    private readonly DeliverySettlementWriter _settle;
    private readonly DeliveryCanceller _cancel;

    public DeliveryQueue(DatabaseWriter writer, StoreDatabase database)
    {
        _writer = writer;
        _database = database;
        _enqueue = new NotificationWriter(writer.Connection);
        _lease = new DeliveryLeaser(writer.Connection);
        _look = new IdleLook<DueTenants>(database, connection => new DueTenants(connection));
        _settle = new DeliverySettlementWriter(writer.Connection);
        _cancel = new DeliveryCanceller(writer.Connection);
    }

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    )
    {
        var serialized = new SerializedNotification[requests.Count];
        for (var i = 0; i < serialized.Length; i++)
            serialized[i] = SerializedNotification.Create(requests[i].Notification);

        return _writer.RunAsync<IReadOnlyList<EnqueueResult>>(
            () =>
            {
                var results = new EnqueueResult[requests.Count];
                for (var i = 0; i < results.Length; i++)
                    results[i] = _enqueue.Add(requests[i], serialized[i]);
                return results;
            },
            cancellationToken
        );
    }

    public async ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken)
    {
        if (_look.FindsNothing(tenants => tenants.AreAny(request)))
            return [];

        var leases = await _writer.RunAsync(() => _lease.TakeDue(request), cancellationToken).ConfigureAwait(false);
        _look.Report(leases.Count);
        return leases;
    }

    public ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        _writer.RunAsync<IReadOnlyList<Lease>>(() => _lease.Claim(request), cancellationToken);

    public ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
        _writer.RunAsync<IReadOnlyList<bool>>(() => _lease.Renew(request), cancellationToken);

    public ValueTask<IReadOnlyList<bool>> SettleAsync(IReadOnlyList<Settlement> settlements, CancellationToken cancellationToken)
    {
        var attempts = new string[settlements.Count];
        for (var i = 0; i < attempts.Length; i++)
            attempts[i] = settlements[i].Attempt is { } attempt ? StoredForm.WriteAttempt(attempt) : "";

        return _writer.RunAsync<IReadOnlyList<bool>>(
            () =>
            {
                var applied = new bool[settlements.Count];
                for (var i = 0; i < applied.Length; i++)
                    applied[i] = _settle.Apply(settlements[i], attempts[i]);
                return applied;
            },
            cancellationToken
        );
    }

    public ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => _writer.RunAsync(() => _cancel.Run(tenant, notificationId, now), cancellationToken);

    public ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken)
    {
        using var connection = _database.OpenReader();
        using var statement = new Statement(
            connection,
            "SELECT priority, provider, COUNT(*) FROM notify_delivery WHERE due_at IS NOT NULL GROUP BY priority, provider"
        );
        var depths = new List<QueueDepth>();
        while (statement.Read())
            depths.Add(new QueueDepth(StoredForm.ReadPriority(statement.Int32(0)), statement.Text(1), statement.Int64(2)));
        return new(depths);
    }

    public ValueTask<IReadOnlyList<string>> ListProvidersAsync(CancellationToken cancellationToken)
    {
        using var connection = _database.OpenReader();
        using var providers = new PendingProviders(connection);
        return new(providers.List());
    }

    public void Dispose()
    {
        _writer.Dispose();
        _enqueue.Dispose();
        _lease.Dispose();
        _look.Dispose();
        _settle.Dispose();
        _cancel.Dispose();
    }
}
