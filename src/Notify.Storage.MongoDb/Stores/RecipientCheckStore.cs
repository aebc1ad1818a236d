using MongoDB.Bson;
using MongoDB.Driver;
using Notify.Providers;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Schema;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>
/// Reads the users, devices and subscriptions of deliveries that waited, with one query per collection, and changes the
/// addresses of deliveries.
/// </summary>
internal sealed class RecipientCheckStore(StoreDatabase database, ShardKeys shardKeys) : IRecipientCheckStore
{
    public async ValueTask<IReadOnlyList<RecipientAnswer>> ReadAsync(
        IReadOnlyList<RecipientQuestion> questions,
        CancellationToken cancellationToken
    )
    {
        (string Tenant, string Id)[] wanted = [.. questions.Select(question => (question.Tenant, question.UserId)).Distinct()];
        var users = (await UserStore.FindAsync(database, wanted, cancellationToken).ConfigureAwait(false)).ToDictionary(user =>
            (user.Tenant, user.Id)
        );
        var devices = await FindDevicesAsync(questions, cancellationToken).ConfigureAwait(false);
        var subscribed = await FindSubscriptionsAsync(questions, cancellationToken).ConfigureAwait(false);
        return
        [
            .. questions.Select(question => new RecipientAnswer(
                users.GetValueOrDefault((question.Tenant, question.UserId)),
                question.WithDevices ? [.. devices[(question.Tenant, question.UserId)]] : [],
                question.Topic is { } topic && subscribed.Contains(BsonForm.Key(question.Tenant, topic, question.UserId))
            )),
        ];
    }

    public async ValueTask<IReadOnlyList<bool>> RedirectAsync(
        IReadOnlyList<Redirection> redirections,
        CancellationToken cancellationToken
    )
    {
        // Redirections are few, so each is written separately: the answer to a batch does not show which of its writes matched.
        var applied = new bool[redirections.Count];
        for (var i = 0; i < applied.Length; i++)
        {
            var redirection = redirections[i];
            var held = shardKeys
                .GetFilter(redirection.DeliveryId)
                .Add(DeliveryField.Fence, redirection.Fence)
                .Add(DeliveryField.Owner, new BsonDocument("$exists", true));
            applied[i] = await database
                .Deliveries.WriteOneAsync(new UpdateOneModel<BsonDocument>(held, MoveTo(redirection.To)), cancellationToken)
                .ConfigureAwait(false);
        }

        return applied;
    }

    private static BsonDocument MoveTo(Address to)
    {
        var set = new BsonDocument(DeliveryField.Address, to.Value)
            .With(DeliveryField.Platform, to.Platform?.Name)
            .With(DeliveryField.App, to.App);
        var update = new BsonDocument("$set", set);
        return to.App is null ? update.Add("$unset", new BsonDocument(DeliveryField.App, "")) : update;
    }

    private async ValueTask<ILookup<(string Tenant, string UserId), Device>> FindDevicesAsync(
        IReadOnlyList<RecipientQuestion> questions,
        CancellationToken cancellationToken
    )
    {
        string[] users =
        [
            .. questions
                .Where(question => question.WithDevices)
                .Select(question => question.UserId)
                .Distinct(StringComparer.Ordinal),
        ];
        if (users.Length == 0)
            return Array.Empty<Device>().ToLookup(device => (device.Tenant, device.UserId));

        // The result may contain users of other tenants with the same ids. They are ignored.
        var filter = new BsonDocument
        {
            { DeviceField.User, new BsonDocument("$in", new BsonArray(users)) },
            {
                DeviceField.Tenant,
                new BsonDocument("$in", new BsonArray(questions.Select(question => question.Tenant).Distinct()))
            },
            { DeviceField.PrunedAt, BsonNull.Value },
        };
        var found = await database.Devices.FindAsync(filter, cancellationToken).ConfigureAwait(false);
        return found.Select(DeviceStore.Read).ToLookup(device => (device.Tenant, device.UserId));
    }

    private async ValueTask<HashSet<string>> FindSubscriptionsAsync(
        IReadOnlyList<RecipientQuestion> questions,
        CancellationToken cancellationToken
    )
    {
        RecipientQuestion[] asked = [.. questions.Where(question => question.Topic is not null)];
        if (asked.Length == 0)
            return [];

        // The filter repeats tenants and topics so that only the shards that hold them are queried.
        var filter = new BsonDocument
        {
            { TopicStore.Tenant, new BsonDocument("$in", new BsonArray(asked.Select(question => question.Tenant).Distinct())) },
            { TopicStore.Topic, new BsonDocument("$in", new BsonArray(asked.Select(question => question.Topic).Distinct())) },
            {
                "_id",
                new BsonDocument(
                    "$in",
                    new BsonArray(asked.Select(question => BsonForm.Key(question.Tenant, question.Topic!, question.UserId)))
                )
            },
        };
        var found = await database.Subscriptions.FindAsync(filter, cancellationToken).ConfigureAwait(false);
        return found.Select(document => document["_id"].AsString).ToHashSet(StringComparer.Ordinal);
    }
}
