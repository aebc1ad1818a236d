using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Queueing;
using Notify.Settling;
using Notify.Storage.PostgreSql;

namespace Notify.Storage.MongoDb;

/// <summary>The queue. Calls that enqueue share their writes, and so do calls that settle.</summary>
internal sealed class MongoDbDeliveryQueue(
    MongoDbDatabase database,
    MongoDbEnqueue enqueue,
    MongoDbLease lease,
    MongoDbSettle settle,
    MongoDbCancel cancel
) : IDeliveryQueue
{
    private readonly GroupCommit<Settlement, bool> _settle = new("mongodb", settle.CommitAsync, MongoDbCommands.IsFaultOfOneCall);

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
        PipelineDefinition<BsonDocument, BsonDocument> byLane = new BsonDocument[]
        {
            new("$match", new BsonDocument(DeliveryField.DueAt, new BsonDocument("$exists", true))),
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
        };
        using var cursor = await database
            .DeliveriesNow.AggregateAsync(byLane, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return [.. (await cursor.ToListAsync(cancellationToken).ConfigureAwait(false)).Select(Read)];
    }

    private static QueueDepth Read(BsonDocument counted)
    {
        var lane = counted[DeliveryField.Id].AsBsonDocument;
        return new QueueDepth(
            (Priority)lane[DeliveryField.Priority].AsInt32,
            lane[DeliveryField.Provider].AsString,
            counted["pending"].ToInt64()
        );
    }
}
