using MongoDB.Bson;
using Notify.Storage.MongoDb.Connection;
using Notify.Storage.MongoDb.Schema;

namespace Notify.Storage.MongoDb.Stores;

/// <summary>Lists devices and subscriptions for jobs.</summary>
internal sealed class RecipientListStore(StoreDatabase database) : IRecipientListStore
{
    /// <summary>The order of all devices of a tenant, which an index provides.</summary>
    public static readonly BsonDocument Order = new()
    {
        { DeviceField.Tenant, 1 },
        { DeviceField.User, 1 },
        { DeviceField.Device, 1 },
    };

    public async ValueTask<IReadOnlyList<Device>> ListDevicesAsync(
        string tenant,
        DevicePosition? after,
        int limit,
        CancellationToken cancellationToken
    )
    {
        var found = new List<Device>();
        if (after is not null)
        {
            var ofUser = new BsonDocument
            {
                { DeviceField.Tenant, tenant },
                { DeviceField.User, after.UserId },
                { DeviceField.Device, new BsonDocument("$gt", after.Id) },
            };
            found.AddRange(await ReadAsync(ofUser, limit, cancellationToken).ConfigureAwait(false));
        }

        if (found.Count < limit)
        {
            var ofOthers = new BsonDocument
            {
                { DeviceField.Tenant, tenant },
                { DeviceField.User, new BsonDocument("$gt", after?.UserId ?? "") },
            };
            found.AddRange(await ReadAsync(ofOthers, limit - found.Count, cancellationToken).ConfigureAwait(false));
        }

        return found;
    }

    public async ValueTask<IReadOnlyList<string>> ListTopicsAsync(
        string tenant,
        string userId,
        CancellationToken cancellationToken
    )
    {
        var filter = new BsonDocument { { TopicStore.Tenant, tenant }, { TopicStore.User, userId } };
        var found = await database.Subscriptions.FindAsync(filter, cancellationToken).ConfigureAwait(false);
        return [.. found.Select(subscription => subscription[TopicStore.Topic].AsString)];
    }

    private async ValueTask<IEnumerable<Device>> ReadAsync(BsonDocument filter, int limit, CancellationToken cancellationToken)
    {
        var found = await database
            .Devices.FindAsync(null, filter, sort: Order, limit: limit, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return found.Select(DeviceStore.Read);
    }
}
