using MongoDB.Bson;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Queue;

/// <summary>Implements the queue. Concurrent calls that enqueue share their writes, and so do calls that settle.</summary>
internal sealed class DeliveryQueue(
    StoreDatabase database,
    NotificationWriter enqueue,
    DeliveryLeaser lease,
    DeliverySettlementWriter settle,
    DeliveryCanceller cancel
) : IDeliveryQueue
{
    // Bounds the priority and the time, although the count needs neither: with them, the index of due deliveries answers the
    // query without reading documents. Priorities that only a newer version knows count as well.
    private static readonly BsonDocument IsPending = new()
    {
        { DeliveryField.Priority, new BsonDocument("$gte", 0) },
        { DeliveryField.DueAt, new BsonDocument("$gte", new BsonDateTime(0)) },
    };

    private readonly GroupCommit<Settlement, bool> _settle = new("mongodb", settle.CommitAsync, ServerFaults.IsFaultOfOneCall);

    public ValueTask<IReadOnlyList<EnqueueResult>> EnqueueAsync(
        IReadOnlyList<EnqueueRequest> requests,
        CancellationToken cancellationToken
    ) => enqueue.EnqueueAsync(requests, cancellationToken);

    public ValueTask<IReadOnlyList<Lease>> LeaseAsync(LeaseRequest request, CancellationToken cancellationToken) =>
        lease.TakeDueAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<Lease>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) =>
        lease.ClaimAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> RenewAsync(RenewRequest request, CancellationToken cancellationToken) =>
        lease.RenewAsync(request, cancellationToken);

    public ValueTask<IReadOnlyList<bool>> SettleAsync(
        IReadOnlyList<Settlement> settlements,
        CancellationToken cancellationToken
    ) => _settle.RunAsync(settlements, settlements.Count, cancellationToken);

    public ValueTask<Cancellation?> CancelAsync(
        string tenant,
        Guid notificationId,
        DateTimeOffset now,
        CancellationToken cancellationToken
    ) => cancel.CancelAsync(tenant, notificationId, now, cancellationToken);

    public async ValueTask<IReadOnlyList<QueueDepth>> GetDepthAsync(CancellationToken cancellationToken)
    {
        BsonDocument[] byLane =
        [
            new("$match", IsPending),
            new(
                "$group",
                new BsonDocument
                {
                    {
                        DeliveryField.Id,
                        new BsonDocument
                        {
                            { DeliveryField.Priority, "$" + DeliveryField.Priority },
                            { DeliveryField.Provider, "$" + DeliveryField.Provider },
                        }
                    },
                    { "pending", new BsonDocument("$sum", 1L) },
                }
            ),
        ];
        var counted = await database.DeliveriesNow.AggregateAsync(byLane, Indexes.Due, cancellationToken).ConfigureAwait(false);
        return [.. counted.Select(Read)];
    }

    private static QueueDepth Read(BsonDocument counted)
    {
        var lane = counted[DeliveryField.Id].AsBsonDocument;
        return new QueueDepth(
            StoredForm.ReadPriority(lane[DeliveryField.Priority].AsInt32),
            lane[DeliveryField.Provider].AsString,
            counted["pending"].ToInt64()
        );
    }
}
