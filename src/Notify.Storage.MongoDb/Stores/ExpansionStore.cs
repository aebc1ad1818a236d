using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>
/// Keeps the progress of the expansion of topics into deliveries. A single write advances an expansion and stores the batch to
/// be written in it. A process that leases an expansion with an unfinished batch finishes the batch first.
/// </summary>
internal sealed class ExpansionStore(StoreDatabase database, WriteBatches writes, CollapseWriter collapse, OrphanCleanup orphans)
    : IExpansionStore
{
    /// <summary>The time that the process that stored a batch has to write it before other processes do.</summary>
    private static readonly TimeSpan WritingTime = TimeSpan.FromSeconds(30);

    public async ValueTask<IReadOnlyList<ExpansionLease>> LeaseAsync(DueRequest request, CancellationToken cancellationToken) =>
        await database
            .Expansions.LeaseDueAsync(request, found => LeaseAllAsync(found, request, cancellationToken), cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask<bool> AdvanceAsync(ExpansionStep step, CancellationToken cancellationToken)
    {
        var lease = step.Lease;
        var batch = new PendingWrites();
        batch.Add(step.Deliveries);
        batch.Add(step.Digests, step.At);
        await collapse.PrepareAsync(batch.Deliveries, null, cancellationToken).ConfigureAwait(false);

        var held = OfLease(ExpansionDocument.GetId(lease.Notification.Id, lease.Topic), lease.Notification.Id, lease.Fence)
            .Add(ExpansionDocument.DueAt, new BsonDocument("$exists", true))
            .Add(ExpansionDocument.Writing, new BsonDocument("$exists", false));
        var advance = new UpdateOneModel<BsonDocument>(held, Advance(step, batch));
        if (!await database.Expansions.WriteOneAsync(advance, CancellationToken.None).ConfigureAwait(false))
            return false;

        if (!batch.IsEmpty)
        {
            await writes.WriteAsync(batch, null, CancellationToken.None).ConfigureAwait(false);
            await FinishAsync(held, step.IsComplete ? null : step.Until).ConfigureAwait(false);
        }

        return true;
    }

    public async ValueTask<bool> FailAsync(ExpansionFailure failure, CancellationToken cancellationToken)
    {
        var lease = failure.Lease;
        var held = OfLease(ExpansionDocument.GetId(lease.Notification.Id, lease.Topic), lease.Notification.Id, lease.Fence)
            .Add(ExpansionDocument.DueAt, new BsonDocument("$exists", true))
            .Add(ExpansionDocument.Writing, new BsonDocument("$exists", false));
        var set = new BsonDocument
        {
            { ExpansionDocument.UpdatedAt, failure.At.ToBsonValue() },
            { ExpansionDocument.Reason, failure.Reason.ToBsonWords() },
        }.With(ExpansionDocument.DueAt, failure.RetryAt?.ToBsonValue());
        var update = new BsonDocument
        {
            { "$set", set },
            {
                "$inc",
                new BsonDocument { { ExpansionDocument.Fence, 1L }, { ExpansionDocument.Failures, 1 } }
            },
        };
        if (failure.RetryAt is null)
            update.Add("$unset", new BsonDocument(ExpansionDocument.DueAt, ""));
        return await database
            .Expansions.WriteOneAsync(new UpdateOneModel<BsonDocument>(held, update), cancellationToken)
            .ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlySet<Guid>> FindReachedAsync(
        Guid notificationId,
        IReadOnlyCollection<Guid> addressKeys,
        CancellationToken cancellationToken
    )
    {
        var filter = new BsonDocument
        {
            { DeliveryField.Notification, notificationId.ToBsonValue() },
            { DeliveryField.AddressKey, new BsonDocument("$in", addressKeys.ToBsonValue()) },
        };
        var found = await database
            .DeliveriesNow.FindAsync(
                null,
                filter,
                new BsonDocument(DeliveryField.AddressKey, 1),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return found.Select(document => document[DeliveryField.AddressKey].AsGuid).ToHashSet();
    }

    public async ValueTask<IReadOnlyList<ExpansionProgress>> GetProgressAsync(
        string tenant,
        Guid notificationId,
        CancellationToken cancellationToken
    )
    {
        var filter = new BsonDocument
        {
            { NotificationDocument.Id, notificationId.ToBsonValue() },
            { NotificationDocument.Tenant, tenant },
        };
        var notifications = await database
            .Notifications.FindAsync(
                null,
                filter,
                new BsonDocument(NotificationDocument.AcceptedAt, 1),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        if (notifications.Count == 0)
            return [];

        var found = await database
            .Expansions.FindAsync(
                null,
                new BsonDocument(ExpansionDocument.Notification, notificationId.ToBsonValue()),
                sort: new BsonDocument(ExpansionDocument.Position, 1),
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        var startedAt = notifications[0][NotificationDocument.AcceptedAt].AsTime();
        return
        [
            .. found.Select(expansion => new ExpansionProgress
            {
                Topic = expansion[ExpansionDocument.Topic].AsString,
                Done = expansion[ExpansionDocument.Done].AsInt64,
                Total = expansion[ExpansionDocument.Total].AsInt64,
                IsComplete = !expansion.Contains(ExpansionDocument.DueAt),
                StartedAt = startedAt,
                UpdatedAt = expansion[ExpansionDocument.UpdatedAt].AsTime(),
                Failures = expansion[ExpansionDocument.Failures].AsInt32,
                Reason = expansion.TextOrNull(ExpansionDocument.Reason),
            }),
        ];
    }

    private async ValueTask<Dictionary<Guid, Notification>> NotificationsAsync(
        List<BsonDocument> expansions,
        CancellationToken cancellationToken
    )
    {
        var ids = new BsonArray(expansions.Select(expansion => expansion[ExpansionDocument.Notification]).Distinct());
        var found = await database
            .NotificationsNow.FindAsync(
                new BsonDocument
                {
                    { NotificationDocument.Id, new BsonDocument("$in", ids) },
                    { NotificationDocument.IsGivenUp, new BsonDocument("$ne", true) },
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return found.Select(NotificationDocument.Read).ToDictionary(notification => notification.Id);
    }

    private async ValueTask<IReadOnlyList<Taken<ExpansionLease>>> LeaseAllAsync(
        List<BsonDocument> found,
        DueRequest request,
        CancellationToken cancellationToken
    )
    {
        var taken = new List<Taken<ExpansionLease>>();
        var notifications = await NotificationsAsync(found, cancellationToken).ConfigureAwait(false);
        foreach (var expansion in found)
        {
            if (!notifications.TryGetValue(expansion[ExpansionDocument.Notification].AsGuid, out var notification))
                await PutOffAsync(expansion, request.Now, cancellationToken).ConfigureAwait(false);
            else
                taken.Add(
                    await LeaseOneAsync(expansion, notification, request.Now, request.Until, cancellationToken)
                        .ConfigureAwait(false)
                );
        }

        return taken;
    }

    private async ValueTask<Taken<ExpansionLease>> LeaseOneAsync(
        BsonDocument found,
        Notification notification,
        DateTimeOffset now,
        DateTimeOffset until,
        CancellationToken cancellationToken
    )
    {
        var due = new BsonDocument
        {
            { ExpansionDocument.Id, found[ExpansionDocument.Id] },
            { ExpansionDocument.Notification, found[ExpansionDocument.Notification] },
            { ExpansionDocument.DueAt, new BsonDocument("$lte", now.ToBsonValue()) },
        };
        var take = new BsonDocument
        {
            { "$set", new BsonDocument(ExpansionDocument.DueAt, until.ToBsonValue()) },
            { "$inc", new BsonDocument(ExpansionDocument.Fence, 1L) },
        };
        var leased = await database
            .Expansions.FindAndUpdateAsync(due, take, ReturnDocument.After, cancellationToken)
            .ConfigureAwait(false);
        if (leased is null)
            return new Taken<ExpansionLease>(notification.Trigger.Tenant, null, ByAnother: true);

        var fence = leased[ExpansionDocument.Fence].AsInt64;
        if (leased.ValueOrNull(ExpansionDocument.Writing) is { } writing)
        {
            await writes.WriteAsync(PendingWrites.Unpack(writing), null, cancellationToken).ConfigureAwait(false);
            var isLast = leased.Contains(ExpansionDocument.IsLast);
            await FinishAsync(OfLease(leased[ExpansionDocument.Id].AsString, notification.Id, fence), isLast ? null : until)
                .ConfigureAwait(false);
            if (isLast)
                return new Taken<ExpansionLease>(notification.Trigger.Tenant, null, ByAnother: false);
        }

        var lease = new ExpansionLease
        {
            Notification = notification,
            Topic = leased[ExpansionDocument.Topic].AsString,
            Cursor = leased[ExpansionDocument.Cursor].AsString,
            Done = leased[ExpansionDocument.Done].AsInt64,
            Failures = leased[ExpansionDocument.Failures].AsInt32,
            Fence = fence,
        };
        return new Taken<ExpansionLease>(notification.Trigger.Tenant, lease, ByAnother: false);
    }

    private static BsonDocument Advance(ExpansionStep step, PendingWrites batch)
    {
        var set = new BsonDocument
        {
            { ExpansionDocument.Cursor, step.Cursor },
            { ExpansionDocument.Done, step.Done },
            { ExpansionDocument.UpdatedAt, step.At.ToBsonValue() },
            { ExpansionDocument.Failures, 0 },
        };
        if (!batch.IsEmpty)
        {
            set.Add(ExpansionDocument.Writing, batch.Pack())
                .Add(ExpansionDocument.DueAt, (step.At + WritingTime).ToBsonValue())
                .With(ExpansionDocument.IsLast, step.IsComplete ? true : null);
        }
        else if (!step.IsComplete)
        {
            set.Add(ExpansionDocument.DueAt, step.Until.ToBsonValue());
        }

        var unset = new BsonDocument(ExpansionDocument.Reason, "");
        if (batch.IsEmpty && step.IsComplete)
            unset.Add(ExpansionDocument.DueAt, "");
        return new BsonDocument { { "$set", set }, { "$unset", unset } };
    }

    private async ValueTask FinishAsync(BsonDocument lease, DateTimeOffset? dueAt)
    {
        var held = new BsonDocument(lease) { [ExpansionDocument.Writing] = new BsonDocument("$exists", true) };
        var unset = new BsonDocument(ExpansionDocument.Writing, "");
        var update = dueAt is { } at
            ? new BsonDocument { { "$set", new BsonDocument(ExpansionDocument.DueAt, at.ToBsonValue()) }, { "$unset", unset } }
            : new BsonDocument("$unset", unset.Add(ExpansionDocument.DueAt, ""));
        await database
            .Expansions.WriteOneAsync(new UpdateOneModel<BsonDocument>(held, update), CancellationToken.None)
            .ConfigureAwait(false);
    }

    // Postpones an expansion that a crash left behind, or whose notification another process is about to write.
    private async ValueTask PutOffAsync(BsonDocument expansion, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var acceptedAt = expansion[ExpansionDocument.UpdatedAt].AsTime();
        await orphans
            .ClearAsync([(expansion[ExpansionDocument.Notification].AsGuid, acceptedAt)], now, cancellationToken)
            .ConfigureAwait(false);
        var later = OrphanCleanup.PutOff(acceptedAt, now).ToBsonValue();
        await database
            .Expansions.WriteOneAsync(
                new UpdateOneModel<BsonDocument>(
                    OfLease(
                        expansion[ExpansionDocument.Id].AsString,
                        expansion[ExpansionDocument.Notification].AsGuid,
                        expansion[ExpansionDocument.Fence].AsInt64
                    ),
                    new BsonDocument("$set", new BsonDocument(ExpansionDocument.DueAt, later))
                ),
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static BsonDocument OfLease(string id, Guid notificationId, long fence) =>
        new()
        {
            { ExpansionDocument.Id, id },
            { ExpansionDocument.Notification, notificationId.ToBsonValue() },
            { ExpansionDocument.Fence, fence },
        };
}
