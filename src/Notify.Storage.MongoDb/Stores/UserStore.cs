using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Queue;
using Notify.Storage.MongoDb.Schema;
using Notify.Storage.Toolkit;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>Keeps the profiles and the preferences of users. Either may be missing.</summary>
internal sealed class UserStore(StoreDatabase database) : IUserStore
{
    public const string Tenant = "tenant";
    public const string UserId = "user";

    private const string Id = "_id";
    private const string Stored = "stored";
    private const string Preferences = "preferences";

    /// <summary>
    /// A value that every write replaces. A change is written only if the document still has the version that was read.
    /// </summary>
    private const string Version = "version";

    /// <summary>
    /// Counts how often a profile was saved. A save is repeated if its answer is lost, and then brings its version back after
    /// another change has replaced it. Without the count, a change that was computed before that one would overwrite it.
    /// </summary>
    private const string Saves = "saves";

    public async ValueTask SaveAsync(IReadOnlyList<User> users, CancellationToken cancellationToken)
    {
        var last = users.Reverse().DistinctBy(user => (user.Tenant, user.Id));
        await database.Users.UpsertAsync(null, last.Select(Save), mayRepeat: true, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<UserRecord>> FindAsync(
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
    public static async ValueTask<IReadOnlyList<UserRecord>> FindAsync(
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
                page.CreateFilter(Tenant, UserId).Add(Stored, new BsonDocument("$exists", true)),
                sort: new BsonDocument { { Tenant, 1 }, { UserId, 1 } },
                limit: limit,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return page.TakeNames(found.Select(document => StoredForm.ReadUser(document[Stored].AsByteArray)), user => user.Id);
    }

    public async ValueTask<bool> UpdateAsync(
        string tenant,
        string id,
        Func<UserRecord, UserRecord?> change,
        CancellationToken cancellationToken
    )
    {
        var written = new HashSet<BsonValue>();
        while (true)
        {
            var found = await FindOneAsync(tenant, id, cancellationToken).ConfigureAwait(false);
            // A write whose answer was lost may have been carried out.
            if (found is not null && written.Contains(found[Version]))
                return true;
            if (change(found is null ? new UserRecord { Tenant = tenant, Id = id } : Read(found)) is not { } changed)
                return false;

            var document = CreateDocument(changed, found);
            written.Add(document[Version]);
            if (await WriteAsync(found, document, cancellationToken).ConfigureAwait(false))
                return true;
        }
    }

    /// <summary>
    /// Empties the user first, which decides the condition, and removes the user last: a removal that a crash cut off is
    /// completed when it is requested again. A user who is saved again in the meantime stays.
    /// </summary>
    public async ValueTask<bool> RemoveAsync(
        string tenant,
        string id,
        Func<UserRecord, bool> condition,
        CancellationToken cancellationToken
    )
    {
        var nobody = new UserRecord { Tenant = tenant, Id = id };
        BsonDocument? found;
        do
        {
            found = await FindOneAsync(tenant, id, cancellationToken).ConfigureAwait(false);
            if (!condition(found is null ? nobody : Read(found)))
                return false;
        } while (
            found is not null && !await WriteAsync(found, CreateDocument(nobody, found), cancellationToken).ConfigureAwait(false)
        );

        var ofUser = new BsonDocument { { Tenant, tenant }, { UserId, id } };
        var removed = await database
            .Subscriptions.DeleteEachAsync(ofUser, TopicStore.Key, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        removed += await database
            .Devices.DeleteEachAsync(ofUser, DeviceField.Key, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        if (found is null)
            return removed > 0;
        var empty = Key(tenant, id)
            .Add(Stored, new BsonDocument("$exists", false))
            .Add(Preferences, new BsonDocument("$exists", false));
        await database.Users.WriteOneAsync(new DeleteOneModel<BsonDocument>(empty), cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<BsonDocument?> FindOneAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var found = await database.Users.FindAsync(Key(tenant, id), cancellationToken).ConfigureAwait(false);
        return found is [var document] ? document : null;
    }

    private async ValueTask<bool> WriteAsync(BsonDocument? known, BsonDocument document, CancellationToken cancellationToken)
    {
        if (known is null)
            return (await database.Users.InsertNewAsync(null, [document], cancellationToken).ConfigureAwait(false)).Count == 0;

        var filter = Key(document[Tenant].AsString, document[UserId].AsString)
            .Add(Version, known[Version])
            .Add(Saves, known.GetValue(Saves, new BsonDocument("$exists", false)));
        var write = new ReplaceOneModel<BsonDocument>(filter, document);
        return await database.Users.WriteOneAsync(write, cancellationToken).ConfigureAwait(false);
    }

    private static BsonDocument Key(string tenant, string id) =>
        new()
        {
            { Id, BsonForm.Key(tenant, id) },
            { UserId, id },
            { Tenant, tenant },
        };

    private static UpdateOneModel<BsonDocument> Save(User user) =>
        new(
            Key(user.Tenant, user.Id),
            new BsonDocument
            {
                { "$set", new BsonDocument(Stored, StoredForm.WriteUser(user)).Add(Version, DeliveryUpdate.NewBatch()) },
                { "$inc", new BsonDocument(Saves, 1L) },
            }
        )
        {
            IsUpsert = true,
        };

    private static BsonDocument CreateDocument(UserRecord user, BsonDocument? known)
    {
        var document = Key(user.Tenant, user.Id).Add(Version, DeliveryUpdate.NewBatch());
        if (known is not null && known.TryGetValue(Saves, out var saves))
            document.Add(Saves, saves);
        if (user.User is { } profile)
            document.Add(Stored, StoredForm.WriteUser(profile));
        if (StoredForm.WritePreferences(user.Preferences) is { } preferences)
            document.Add(Preferences, preferences);
        return document;
    }

    private static UserRecord Read(BsonDocument document) =>
        StoredForm.ReadUserRecord(
            document[Tenant].AsString,
            document[UserId].AsString,
            document.GetValue(Stored, null)?.AsByteArray,
            document.GetValue(Preferences, null)?.AsByteArray
        );
}
