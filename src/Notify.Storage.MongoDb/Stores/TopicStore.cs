using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Storage.MongoDb.Connection;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>Keeps the subscriptions of users to topics.</summary>
internal sealed class TopicStore(StoreDatabase database) : ITopicStore
{
    public const string Tenant = "tenant";
    public const string Topic = "topic";
    public const string User = "user";

    /// <summary>The projection of the id and the shard key of a subscription.</summary>
    public static readonly BsonDocument Key = new()
    {
        { Tenant, 1 },
        { Topic, 1 },
        { User, 1 },
    };

    private const string Id = "_id";

    public async ValueTask SubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    )
    {
        BsonDocument[] subscriptions =
        [
            .. userIds
                .Distinct(StringComparer.Ordinal)
                .Select(user => CreateFilter(tenant, topic).Add(User, user).Add(Id, BsonForm.Key(tenant, topic, user))),
        ];
        if (subscriptions.Length > 0)
            await database.Topics.InsertNewAsync(null, [GetTopic(tenant, topic)], cancellationToken).ConfigureAwait(false);
        await database.Subscriptions.InsertNewAsync(null, subscriptions, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask UnsubscribeAsync(
        string tenant,
        string topic,
        IReadOnlyList<string> userIds,
        CancellationToken cancellationToken
    ) =>
        await database
            .Subscriptions.DeleteEachAsync(
                CreateFilter(tenant, topic).Add(User, new BsonDocument("$in", new BsonArray(userIds))),
                Key,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<string>> ListAsync(
        string tenant,
        string topic,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var found = await database
            .Subscriptions.FindAsync(
                null,
                CreateFilter(tenant, topic).Add(User, new BsonDocument("$gt", after)),
                new BsonDocument { { User, 1 }, { Id, 0 } },
                new BsonDocument(User, 1),
                limit,
                cancellationToken
            )
            .ConfigureAwait(false);
        return [.. found.Select(subscription => subscription[User].AsString)];
    }

    public async ValueTask<IReadOnlyList<string>> ListTopicsAsync(
        string tenant,
        string prefix,
        string after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var page = new NamePage(tenant, prefix, after);
        var found = await database
            .Topics.FindAsync(
                null,
                page.CreateFilter(Tenant, Topic),
                sort: new BsonDocument { { Tenant, 1 }, { Topic, 1 } },
                limit: limit,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        return page.TakeNames(found.Select(topic => topic[Topic].AsString), topic => topic);
    }

    public async ValueTask<long?> CountAsync(string tenant, string topic, CancellationToken cancellationToken)
    {
        var count = await database
            .Subscriptions.CountMatchingAsync(CreateFilter(tenant, topic), null, cancellationToken)
            .ConfigureAwait(false);
        if (count > 0)
            return count;

        var known = new BsonDocument(Id, BsonForm.Key(tenant, topic));
        return (await database.Topics.FindAsync(known, cancellationToken).ConfigureAwait(false)).Count > 0 ? 0 : null;
    }

    private static BsonDocument GetTopic(string tenant, string topic) =>
        CreateFilter(tenant, topic).Add(Id, BsonForm.Key(tenant, topic));

    private static BsonDocument CreateFilter(string tenant, string topic) => new() { { Tenant, tenant }, { Topic, topic } };
}
