using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>
/// Keeps the inboxes of users. The items of a user are on one shard, and every list and count reads one partial index.
/// </summary>
internal sealed class InboxStore(StoreDatabase database) : IInboxStore
{
    public async ValueTask AddAsync(IReadOnlyList<InboxItem> items, CancellationToken cancellationToken) =>
        await database
            .InboxItems.InsertNewAsync(null, [.. items.Select(CreateDocument)], cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<InboxItem>> ListAsync(InboxQuery query, CancellationToken cancellationToken)
    {
        var flag = query.Filter switch
        {
            InboxFilter.Unread => InboxField.IsUnread,
            InboxFilter.Archived => InboxField.IsArchived,
            _ => InboxField.IsCurrent,
        };
        var filter = CreateFilter(query.Tenant, query.UserId).Add(flag, true);
        if (query.After is { } after)
            filter.Add("$or", Beyond("$lt", InboxField.CreatedAt, after));
        var found = await FindAsync(filter, InboxField.CreatedAt, -1, query.Limit, cancellationToken).ConfigureAwait(false);
        return [.. found.Select(Read)];
    }

    public async ValueTask<IReadOnlyList<InboxItem>> ListChangesAsync(
        string tenant,
        string userId,
        InboxPosition after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var filter = CreateFilter(tenant, userId).Add("$or", Beyond("$gt", InboxField.ChangedAt, after));
        var found = await FindAsync(filter, InboxField.ChangedAt, 1, limit, cancellationToken).ConfigureAwait(false);
        return [.. found.Select(Read)];
    }

    public async ValueTask<int> CountUnreadAsync(string tenant, string userId, int limit, CancellationToken cancellationToken) =>
        (int)
            await database
                .InboxItems.CountMatchingAsync(
                    CreateFilter(tenant, userId).Add(InboxField.IsUnread, true),
                    limit,
                    cancellationToken
                )
                .ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<ChangedInboxItem>> MarkAsync(InboxChange change, CancellationToken cancellationToken)
    {
        var changed = new List<ChangedInboxItem>();
        while (changed.Count < change.Limit)
        {
            var found = await database
                .InboxItems.FindAsync(
                    null,
                    CreateFilter(change),
                    limit: change.Limit - changed.Count,
                    cancellationToken: cancellationToken
                )
                .ConfigureAwait(false);
            var mine = await ChangeAsync(change, found, cancellationToken).ConfigureAwait(false);
            changed.AddRange(mine);
            // Items that another call changed meanwhile are read again.
            if (mine.Count == found.Count)
                break;
        }

        return changed;
    }

    public async ValueTask<int> RemoveAsync(InboxRemoval removal, CancellationToken cancellationToken)
    {
        var filter = removal.User is { } user ? CreateFilter(user.Tenant, user.Id) : [];
        if (removal.AcceptedUntil is { } until)
            filter.Add(InboxField.AcceptedAt, new BsonDocument("$lte", until.ToBsonValue()));
        if (removal.CreatedBefore is { } before)
            filter.Add(InboxField.CreatedAt, new BsonDocument("$lt", before.ToBsonValue()));
        var found = await database
            .InboxItems.FindAsync(null, filter, InboxField.Key, limit: removal.Limit, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var removed = await database
            .InboxItems.WriteAsync(
                null,
                found.Select(document => new DeleteOneModel<BsonDocument>(document)),
                CancellationToken.None
            )
            .ConfigureAwait(false);
        return (int)removed.Touched;
    }

    // Each change applies only to the version that it was computed from, so concurrent calls do not report the same change.
    private async ValueTask<List<ChangedInboxItem>> ChangeAsync(
        InboxChange change,
        List<BsonDocument> found,
        CancellationToken cancellationToken
    )
    {
        var batch = DeliveryUpdate.NewBatch();
        var changes = found
            .Select(document => (Document: document, Changed: change.Apply(Read(document))))
            .Where(pair => pair.Changed is not null)
            .Select(pair => (pair.Document, Changed: pair.Changed!.Value))
            .ToArray();
        await database
            .InboxItems.WriteAsync(
                null,
                changes.Select(pair => new UpdateOneModel<BsonDocument>(
                    CreateFilter(change.Tenant, change.UserId)
                        .Add(InboxField.Id, pair.Document[InboxField.Id])
                        .Add(InboxField.Version, pair.Document[InboxField.Version]),
                    CreateUpdate(pair.Changed, batch)
                )),
                cancellationToken
            )
            .ConfigureAwait(false);

        // A later call may have changed an item again. It cannot have replaced the call that read the item first.
        var ours = CreateFilter(change.Tenant, change.UserId)
            .Add(InboxField.Id, new BsonDocument("$in", changes.Select(pair => pair.Changed.Item.Id).ToBsonValue()))
            .Add(
                "$or",
                new BsonArray { new BsonDocument(InboxField.Version, batch), new BsonDocument(InboxField.FirstReadBy, batch) }
            );
        var written = await database
            .InboxItems.FindAsync(null, ours, new BsonDocument(InboxField.Id, 1), cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var ids = written.Select(document => document[InboxField.Id].AsGuid).ToHashSet();
        return [.. changes.Select(pair => pair.Changed).Where(changed => ids.Contains(changed.Item.Id))];
    }

    private static BsonDocument CreateUpdate(ChangedInboxItem changed, string batch)
    {
        var state = CreateState(changed.Item);
        state[InboxField.Version] = batch;
        if (changed.IsFirstRead)
            state[InboxField.FirstReadBy] = batch;
        string[] removable =
        [
            InboxField.ReadAt,
            InboxField.ArchivedAt,
            InboxField.IsCurrent,
            InboxField.IsUnread,
            InboxField.IsArchived,
        ];
        return new BsonDocument
        {
            { "$set", state },
            {
                "$unset",
                new BsonDocument(removable.Where(field => !state.Contains(field)).Select(field => new BsonElement(field, "")))
            },
        };
    }

    private static BsonDocument CreateFilter(InboxChange change)
    {
        var filter = CreateFilter(change.Tenant, change.UserId);
        if (change.Ids is { } ids)
            filter.Add(InboxField.Id, new BsonDocument("$in", ids.ToBsonValue()));
        else
            filter.Add(InboxField.CreatedAt, new BsonDocument("$lte", change.At.ToBsonValue()));
        return change.Mark switch
        {
            InboxMark.Read => filter.Add(InboxField.IsUnread, true),
            InboxMark.Unread => filter.Add(InboxField.IsCurrent, true).Add(InboxField.ReadAt, new BsonDocument("$exists", true)),
            InboxMark.Archived => filter.Add(InboxField.IsCurrent, true),
            _ => filter.Add(InboxField.IsArchived, true),
        };
    }

    private static BsonDocument CreateFilter(string tenant, string userId) =>
        new() { { InboxField.User, userId }, { InboxField.Tenant, tenant } };

    private static BsonArray Beyond(string comparison, string field, InboxPosition position) =>
        [
            new BsonDocument(field, new BsonDocument(comparison, position.At.ToBsonValue())),
            new BsonDocument
            {
                { field, position.At.ToBsonValue() },
                { InboxField.Id, new BsonDocument(comparison, position.Id.ToBsonValue()) },
            },
        ];

    private ValueTask<List<BsonDocument>> FindAsync(
        BsonDocument filter,
        string order,
        int direction,
        int limit,
        CancellationToken cancellationToken
    ) =>
        database.InboxItems.FindAsync(
            null,
            filter,
            sort: new BsonDocument { { order, direction }, { InboxField.Id, direction } },
            limit: limit,
            cancellationToken: cancellationToken
        );

    private static BsonDocument CreateDocument(InboxItem item) =>
        new BsonDocument
        {
            { InboxField.Id, item.Id.ToBsonValue() },
            { InboxField.Notification, item.NotificationId.ToBsonValue() },
            { InboxField.Tenant, item.Tenant },
            { InboxField.User, item.UserId },
            { InboxField.Content, new BsonBinaryData(StoredForm.WriteContent(item.Content)) },
            { InboxField.AcceptedAt, item.AcceptedAt.ToBsonValue() },
            { InboxField.CreatedAt, item.CreatedAt.ToBsonValue() },
            { InboxField.Version, "" },
        }
            .With(InboxField.Category, item.Category is { } category ? (BsonValue)category : null)
            .Merge(CreateState(item));

    private static BsonDocument CreateState(InboxItem item) =>
        new BsonDocument(InboxField.ChangedAt, item.ChangedAt.ToBsonValue())
            .With(InboxField.ReadAt, item.ReadAt?.ToBsonValue())
            .With(InboxField.FirstReadAt, item.FirstReadAt?.ToBsonValue())
            .With(InboxField.ArchivedAt, item.ArchivedAt?.ToBsonValue())
            .With(InboxField.IsUnread, item.ReadAt is null ? BsonBoolean.True : null)
            .With(item.ArchivedAt is null ? InboxField.IsCurrent : InboxField.IsArchived, BsonBoolean.True);

    private static InboxItem Read(BsonDocument document) =>
        new()
        {
            Id = document[InboxField.Id].AsGuid,
            NotificationId = document[InboxField.Notification].AsGuid,
            Tenant = document[InboxField.Tenant].AsString,
            UserId = document[InboxField.User].AsString,
            Category = document.TextOrNull(InboxField.Category),
            Content = StoredForm.ReadContent(document[InboxField.Content].AsByteArray),
            AcceptedAt = document[InboxField.AcceptedAt].AsTime(),
            CreatedAt = document[InboxField.CreatedAt].AsTime(),
            ChangedAt = document[InboxField.ChangedAt].AsTime(),
            ReadAt = document.TimeOrNull(InboxField.ReadAt),
            FirstReadAt = document.TimeOrNull(InboxField.FirstReadAt),
            ArchivedAt = document.TimeOrNull(InboxField.ArchivedAt),
        };
}
