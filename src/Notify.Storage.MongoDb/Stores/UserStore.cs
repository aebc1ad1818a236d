using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>Keeps users.</summary>
internal sealed class UserStore(StoreDatabase database) : IUserStore
{
    public const string Tenant = "tenant";
    public const string UserId = "user";

    private const string Id = "_id";
    private const string Stored = "stored";

    /// <summary>
    /// A value that every write replaces. A change is written only if the document still has the version that was read.
    /// </summary>
    private const string Version = "version";

    public async ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken)
    {
        var last = users.Reverse().DistinctBy(user => (user.Tenant, user.Id));
        await database.Users.UpsertAsync(null, last.Select(Save), mayRepeat: true, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<User>> FindAsync(
        string tenant,
        IReadOnlyList<string> ids,
        CancellationToken cancellationToken
    )
    {
        string[] distinct = [.. ids.Distinct(StringComparer.Ordinal)];
        return distinct.Length == 0
            ? []
            : await FindAsync(database, [.. distinct.Select(id => (tenant, id))], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds users of any tenants in one query.</summary>
    public static async ValueTask<IReadOnlyList<User>> FindAsync(
        StoreDatabase database,
        IReadOnlyList<(string Tenant, string Id)> users,
        CancellationToken cancellationToken
    )
    {
        var filter = new BsonDocument
        {
            { Id, new BsonDocument("$in", new BsonArray(users.Select(user => BsonForm.Key(user.Tenant, user.Id)))) },
            { UserId, new BsonDocument("$in", new BsonArray(users.Select(user => user.Id).Distinct())) },
            { Tenant, new BsonDocument("$in", new BsonArray(users.Select(user => user.Tenant).Distinct())) },
        };
        return [.. (await database.Users.FindAsync(filter, cancellationToken).ConfigureAwait(false)).Select(Read)];
    }

    public async ValueTask<IReadOnlyList<User>> ListAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var page = new NamePage(tenant, prefix, after);
        var found = await database
            .Users.FindAsync(
                null,
                page.CreateFilter(Tenant, UserId),
                sort: new BsonDocument { { Tenant, 1 }, { UserId, 1 } },
                limit: limit,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return page.TakeNames(found.Select(Read), user => user.Id);
    }

    public async ValueTask<bool> UpdateAsync(
        string tenant,
        string id,
        Func<User, User?> change,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var found = await database.Users.FindAsync(Key(tenant, id), cancellationToken).ConfigureAwait(false);
            if (found is not [var document] || change(Read(document)) is not { } changed)
                return false;

            var known = Key(tenant, id).Add(Version, document[Version]);
            var write = new ReplaceOneModel<BsonDocument>(known, CreateDocument(changed));
            if (await database.Users.WriteOneAsync(write, cancellationToken).ConfigureAwait(false))
                return true;
        }
    }

    /// <summary>
    /// Removes a user. The user is deleted last, so if a crash interrupts the removal, calling it again finishes it.
    /// </summary>
    public async ValueTask<bool> RemoveAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var ofUser = new BsonDocument { { Tenant, tenant }, { UserId, id } };
        await database
            .Subscriptions.DeleteEachAsync(ofUser, TopicStore.Key, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        await database
            .Devices.DeleteEachAsync(ofUser, DeviceField.Key, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return await database
            .Users.WriteOneAsync(new DeleteOneModel<BsonDocument>(Key(tenant, id)), cancellationToken)
            .ConfigureAwait(false);
    }

    private static BsonDocument Key(string tenant, string id) =>
        new()
        {
            { Id, BsonForm.Key(tenant, id) },
            { UserId, id },
            { Tenant, tenant },
        };

    private static ReplaceOneModel<BsonDocument> Save(User user) =>
        new(Key(user.Tenant, user.Id), CreateDocument(user)) { IsUpsert = true };

    private static BsonDocument CreateDocument(User user) =>
        Key(user.Tenant, user.Id).Add(Stored, StoredForm.WriteUser(user)).Add(Version, DeliveryUpdate.NewBatch());

    private static User Read(BsonDocument document) => StoredForm.ReadUser(document[Stored].AsByteArray);
}
